package io.github.gracefulshutdown.autoconfigure.caller;

import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Asks a {@link Call} about a failure, which may block, without holding up an event loop.
 */
final class ReactiveCall {

	private ReactiveCall() {
	}

	static Mono<Boolean> isRefusedBy(Call call, Throwable failure) {
		return ConnectFailure.isCauseOf(failure)
				? Mono.fromSupplier(() -> call.isRefusedBy(failure)).subscribeOn(Schedulers.boundedElastic())
				: Mono.just(false);
	}

}
