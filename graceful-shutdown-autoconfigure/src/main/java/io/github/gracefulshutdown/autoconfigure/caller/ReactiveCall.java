package io.github.gracefulshutdown.autoconfigure.caller;

import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Asks a {@link Call} what may take time without holding up an event loop.
 */
final class ReactiveCall {

	private ReactiveCall() {
	}

	static Mono<Boolean> isRefusedBy(Call call, Throwable failure) {
		return ConnectFailure.isCauseOf(failure)
				? Mono.fromSupplier(() -> call.isRefusedBy(failure)).subscribeOn(Schedulers.boundedElastic())
				: Mono.just(false);
	}

	/**
	 * Decides whether a call that was not executed goes to another instance.
	 * @param replayable whether its body can be sent again, for which the end of the body
	 * may have to be waited for
	 */
	static Mono<Boolean> retries(Call call, Mono<Boolean> replayable) {
		return (call.knowsAnother() ? replayable : Mono.just(false)).map(call::retries);
	}

}
