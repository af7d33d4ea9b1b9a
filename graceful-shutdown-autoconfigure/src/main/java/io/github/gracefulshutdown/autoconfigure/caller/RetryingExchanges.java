package io.github.gracefulshutdown.autoconfigure.caller;

import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.http.HttpMethod;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.ExchangeFilterFunction;
import org.springframework.web.reactive.function.client.ExchangeFunction;

/**
 * Sends the calls of a {@code WebClient} to another instance if they were not executed,
 * and takes the marker off their responses.
 */
final class RetryingExchanges {

	private final Calls calls;

	private final long maxBodySize;

	RetryingExchanges(Calls calls, long maxBodySize) {
		this.calls = calls;
		this.maxBodySize = maxBodySize;
	}

	Mono<ClientResponse> exchange(ClientRequest request, ExchangeFilterFunction loadBalancer, ExchangeFunction next) {
		@Nullable String service = request.url().getHost();
		if (service == null) {
			return loadBalancer.filter(request, next);
		}
		return Mono.defer(() -> {
			Call call = this.calls.begin(service);
			ReplayableInserter body = new ReplayableInserter(request.body(), this.maxBodySize);
			ClientRequest traced = ClientRequest.from(request)
				.attribute(BalancedInstances.CALL, call)
				.body(body)
				.build();
			return new Exchange(call, request.method(), body, loadBalancer.filter(traced, next)).attempt()
				.doFinally((end) -> body.isNotSentAgain());
		});
	}

	private static Mono<ClientResponse> unmarked(ClientResponse response) {
		return Mono.just(MarkerHeaders.areIn(response.headers().asHttpHeaders())
				? response.mutate().headers(MarkerHeaders::remove).build() : response);
	}

	private record Exchange(Call call, HttpMethod method, ReplayableInserter body, Mono<ClientResponse> responses) {

		Mono<ClientResponse> attempt() {
			return this.responses.map(this::answered)
				.onErrorResume((failure) -> Mono.just(failed(failure)))
				.flatMap(Function.identity());
		}

		private Mono<ClientResponse> answered(ClientResponse response) {
			Notice notice = MarkerHeaders.notice(response.headers().asHttpHeaders(), response.statusCode().value(),
					this.method);
			return this.call.isRefusedBy(notice) ? refused(response) : unmarked(response);
		}

		/**
		 * Keeps the refusal until it is known what to do, or until nobody waits for it.
		 */
		private Mono<ClientResponse> refused(ClientResponse refusal) {
			return retries().doOnCancel(() -> refusal.releaseBody().onErrorComplete().subscribe())
				.flatMap((again) -> again ? again(refusal) : unmarked(refusal));
		}

		private Mono<ClientResponse> failed(Throwable failure) {
			return ReactiveCall.isRefusedBy(this.call, failure)
				.flatMap((refused) -> refused ? retries() : Mono.just(false))
				.flatMap((again) -> again ? attempt() : Mono.error(failure));
		}

		private Mono<Boolean> retries() {
			return ReactiveCall.retries(this.call, this.body.isReplayable());
		}

		private Mono<ClientResponse> again(ClientResponse refusal) {
			return refusal.releaseBody().onErrorComplete().then(attempt());
		}

	}

}
