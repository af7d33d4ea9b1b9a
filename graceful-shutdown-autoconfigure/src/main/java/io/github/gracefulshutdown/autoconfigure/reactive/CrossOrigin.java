package io.github.gracefulshutdown.autoconfigure.reactive;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.http.HttpHeaders;
import org.springframework.util.function.SingletonSupplier;
import org.springframework.web.cors.reactive.CorsConfigurationSource;
import org.springframework.web.cors.reactive.CorsUtils;
import org.springframework.web.cors.reactive.CorsWebFilter;
import org.springframework.web.reactive.HandlerMapping;
import org.springframework.web.server.ServerWebExchange;

/**
 * What the application allows the scripts of other origins, for the requests that do not
 * get as far as it. A script can read that its request was refused where it could have
 * read the answer of the application; and it can only if its browser, which asks first,
 * is answered as by the application. That executes nothing.
 */
final class CrossOrigin {

	private static final Logger logger = LoggerFactory.getLogger(CrossOrigin.class);

	// Each adds the headers to the response that it knows of.
	private final SingletonSupplier<List<Function<ServerWebExchange, Mono<?>>>> policies;

	CrossOrigin(ObjectProvider<CorsWebFilter> filters, ObjectProvider<CorsConfigurationSource> sources,
			ObjectProvider<HandlerMapping> mappings) {
		this.policies = SingletonSupplier.of(() -> policies(filters, sources, mappings));
	}

	private static List<Function<ServerWebExchange, Mono<?>>> policies(ObjectProvider<CorsWebFilter> filters,
			ObjectProvider<CorsConfigurationSource> sources, ObjectProvider<HandlerMapping> mappings) {
		List<Function<ServerWebExchange, Mono<?>>> policies = new ArrayList<>();
		filters.orderedStream().map(CrossOrigin::policy).forEach(policies::add);
		sources.orderedStream().map(CorsWebFilter::new).map(CrossOrigin::policy).forEach(policies::add);
		// They know the annotations of the handlers.
		mappings.orderedStream().forEach((mapping) -> policies.add(mapping::getHandler));
		return policies;
	}

	private static Function<ServerWebExchange, Mono<?>> policy(CorsWebFilter filter) {
		return (exchange) -> filter.filter(exchange, (passed) -> Mono.empty());
	}

	/**
	 * Adds the headers that the origin of the request needs, if it is allowed.
	 * @return whether the request is that of a browser that asks first, and is answered
	 */
	Mono<Boolean> answers(ServerWebExchange exchange) {
		if (!CorsUtils.isCorsRequest(exchange.getRequest())) {
			return Mono.just(false);
		}
		return Flux.fromIterable(this.policies.obtain())
			.concatMap((policy) -> allows(policy, exchange))
			.any((allowed) -> allowed)
			.map((allowed) -> allowed && CorsUtils.isPreFlightRequest(exchange.getRequest()));
	}

	private static Mono<Boolean> allows(Function<ServerWebExchange, Mono<?>> policy, ServerWebExchange exchange) {
		return Mono.defer(() -> policy.apply(exchange))
			.doOnError((ex) -> logger.debug("Cannot tell what another origin is allowed", ex))
			.onErrorComplete()
			.then(Mono.fromSupplier(() -> isAllowed(exchange.getResponse().getHeaders())));
	}

	private static boolean isAllowed(HttpHeaders headers) {
		return headers.getFirst(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN) != null;
	}

}
