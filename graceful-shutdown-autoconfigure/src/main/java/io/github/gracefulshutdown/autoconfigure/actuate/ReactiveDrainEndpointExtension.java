package io.github.gracefulshutdown.autoconfigure.actuate;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;
import org.springframework.web.filter.reactive.ServerWebExchangeContextFilter;

/**
 * Operations of the endpoint in a reactive application, where no thread has a request of
 * its own, and none waits for the end of a drain.
 */
@EndpointWebExtension(endpoint = DrainEndpoint.class)
final class ReactiveDrainEndpointExtension {

	private final DrainEndpoint endpoint;

	ReactiveDrainEndpointExtension(DrainEndpoint endpoint) {
		this.endpoint = endpoint;
	}

	@WriteOperation
	Mono<WebEndpointResponse<?>> drain() {
		return Mono.deferContextual((context) -> drain(ServerWebExchangeContextFilter.getExchange(context)
			.map((exchange) -> exchange.getRequest().getQueryParams().getFirst("wait"))
			.orElse(null)));
	}

	@WriteOperation
	Mono<WebEndpointResponse<?>> drain(@Nullable String wait) {
		return Mono.fromFuture(() -> this.endpoint.begin(wait), true);
	}

}
