package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

import org.jspecify.annotations.Nullable;

/**
 * Closes the listening sockets, and leaves nothing of what was accepted unanswered. Right
 * before the container stops its web server, not with the drain: whatever stops in
 * between, the gRPC server and the message listeners, may take its time, and a caller
 * that meets a refusal meanwhile knows more than one that meets a closed port.
 */
final class IntakeLifecycle extends AbstractStepLifecycle {

	// Spring Boot begins to stop its web server at Integer.MAX_VALUE - 1024.
	static final int PHASE = Integer.MAX_VALUE - 1023;

	private static final Duration TIMEOUT = Duration.ofSeconds(2);

	private final RequestIntakes intakes;

	IntakeLifecycle(ShutdownState state, TimeSource time, RequestIntakes intakes) {
		super("intake", PHASE, state, time);
		this.intakes = intakes;
	}

	/** Does nothing unless the context closes: a socket that is closed stays so. */
	@Override
	@Nullable Drain drainToStopFor() {
		return (state().isClosing() && !this.intakes.isEmpty()) ? super.drainToStopFor() : null;
	}

	@Override
	CompletableFuture<String> perform(Drain drain) {
		CompletableFuture<Void> timedOut = time().in(Objects.requireNonNull(state().deadline()).atMost(TIMEOUT));
		CompletableFuture<Void> dry = this.intakes.stopListening()
			.thenCompose((stopped) -> this.intakes.dryForGood(timedOut::isDone));
		return CompletableFuture.anyOf(dry, timedOut)
			.thenCompose((first) -> this.intakes.refuseUnfinished())
			.thenCompose((refused) -> this.intakes.onTheWay())
			.thenApply("%d requests left on their way"::formatted);
	}

}
