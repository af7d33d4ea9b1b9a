package io.github.gracefulshutdown.autoconfigure.caller;

import java.net.URI;
import java.util.function.Function;

import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.Connection;

import org.springframework.cloud.gateway.filter.GatewayFilterChain;
import org.springframework.cloud.gateway.filter.GlobalFilter;
import org.springframework.cloud.gateway.filter.ReactiveLoadBalancerClientFilter;
import org.springframework.cloud.gateway.support.ServerWebExchangeUtils;
import org.springframework.core.Ordered;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;

/**
 * Passes a request on to another instance if it was not executed, and takes the marker
 * off the response. It stands right outside of the filter that chooses the instance, so
 * the filters of a route act once.
 */
final class RetryingGatewayFilter implements GlobalFilter, Ordered {

	private final Calls calls;

	private final long maxBodySize;

	RetryingGatewayFilter(Calls calls, long maxBodySize) {
		this.calls = calls;
		this.maxBodySize = maxBodySize;
	}

	@Override
	public int getOrder() {
		return ReactiveLoadBalancerClientFilter.LOAD_BALANCER_CLIENT_FILTER_ORDER - 1;
	}

	@Override
	public Mono<Void> filter(ServerWebExchange exchange, GatewayFilterChain chain) {
		URI url = exchange.getAttribute(ServerWebExchangeUtils.GATEWAY_REQUEST_URL_ATTR);
		Object prefix = exchange.getAttribute(ServerWebExchangeUtils.GATEWAY_SCHEME_PREFIX_ATTR);
		if (url == null || url.getHost() == null || !("lb".equals(url.getScheme()) || "lb".equals(prefix))) {
			return chain.filter(exchange);
		}
		Call call = this.calls.begin(url.getHost());
		ReplayableBody body = new ReplayableBody(this.maxBodySize);
		ServerWebExchange replayable = exchange.mutate().request(new ServerHttpRequestDecorator(exchange.getRequest()) {

			@Override
			public Flux<DataBuffer> getBody() {
				return body.send(super.getBody(), exchange.getResponse().bufferFactory());
			}

		}).build();
		replayable.getAttributes().put(BalancedInstances.CALL, call);
		return new Passage(replayable, chain, url, call, body).attempt().doFinally((end) -> body.isNotSentAgain());
	}

	private record Passage(ServerWebExchange exchange, GatewayFilterChain chain, URI url, Call call,
			ReplayableBody body) {

		Mono<Void> attempt() {
			return this.chain.filter(this.exchange)
				.then(Mono.fromSupplier(this::answered))
				.onErrorResume((failure) -> Mono.just(failed(failure)))
				.flatMap(Function.identity());
		}

		private Mono<Void> answered() {
			ServerHttpResponse response = this.exchange.getResponse();
			HttpStatusCode status = response.getStatusCode();
			Notice notice = MarkerHeaders.notice(response.getHeaders(), (status != null) ? status.value() : 0,
					this.exchange.getRequest().getMethod());
			return this.call.isRefusedBy(notice) ? retries().flatMap((again) -> again ? again() : passOn(response))
					: passOn(response);
		}

		private Mono<Void> failed(Throwable failure) {
			return ReactiveCall.isRefusedBy(this.call, failure)
				.flatMap((refused) -> refused ? retries() : Mono.just(false))
				.flatMap((again) -> again ? again() : Mono.error(failure));
		}

		private Mono<Boolean> retries() {
			return ReactiveCall.retries(this.call,
					this.exchange.getResponse().isCommitted() ? Mono.just(false) : this.body.isReplayable());
		}

		private static Mono<Void> passOn(ServerHttpResponse response) {
			if (!response.isCommitted() && MarkerHeaders.areIn(response.getHeaders())) {
				MarkerHeaders.remove(response.getHeaders());
			}
			return Mono.empty();
		}

		private Mono<Void> again() {
			Object connection = this.exchange.getAttributes().remove(ServerWebExchangeUtils.CLIENT_RESPONSE_CONN_ATTR);
			if (connection instanceof Connection refused) {
				refused.dispose();
			}
			ServerWebExchangeUtils.reset(this.exchange);
			this.exchange.getResponse().setStatusCode(null);
			this.exchange.getAttributes().put(ServerWebExchangeUtils.GATEWAY_REQUEST_URL_ATTR, this.url);
			return attempt();
		}

	}

}
