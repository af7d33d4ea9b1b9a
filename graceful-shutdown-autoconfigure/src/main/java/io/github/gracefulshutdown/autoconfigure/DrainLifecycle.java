package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.github.gracefulshutdown.DrainGate;
import io.github.gracefulshutdown.Stage;
import io.github.gracefulshutdown.WorkInFlight;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.context.SmartLifecycle;

/**
 * Ends politely what does not end by itself, and waits until the last work in flight has
 * ended and nothing is on its way to a handler, or until its share of the time is over.
 */
final class DrainLifecycle extends AbstractStepLifecycle {

	// The last of the outer steps: whatever else the container stops comes after it.
	static final int PHASE = SmartLifecycle.DEFAULT_PHASE - 3;

	private static final Logger logger = LoggerFactory.getLogger(DrainLifecycle.class);

	private final DrainGate gate;

	private final EndlessWork endlessWork;

	private final RequestIntakes intakes;

	private final Duration timeout;

	DrainLifecycle(ShutdownState state, TimeSource time, DrainGate gate, EndlessWork endlessWork,
			RequestIntakes intakes, Duration timeout) {
		super("drain", PHASE, state, time);
		this.gate = gate;
		this.endlessWork = endlessWork;
		this.intakes = intakes;
		this.timeout = timeout;
	}

	@Override
	CompletableFuture<String> perform(Drain drain) {
		long atBegin = this.gate.inFlight();
		this.endlessWork.endAll();
		CompletableFuture<Void> timedOut = time().in(drain.deadline().atMost(this.timeout));
		// The gate is closed: what is still on its way is refused, and never waits for
		// work.
		CompletableFuture<Void> drained = this.intakes.runDry()
			.thenCompose((running) -> this.gate.drained())
			.thenCompose((empty) -> this.intakes.dry(() -> timedOut.isDone() || drain.isCancelled()));
		return CompletableFuture.anyOf(drained, timedOut, drain.cancelled())
			.thenCompose(
					(first) -> drain.isCancelled() ? CompletableFuture.completedFuture("undone") : end(drain, atBegin));
	}

	private CompletableFuture<String> end(Drain drain, long atBegin) {
		List<WorkInFlight> left = this.gate.workInFlight();
		String found = "%d of %d in flight have ended".formatted(atBegin - left.size(), atBegin);
		if (!left.isEmpty()) {
			drain.setStuck(left);
			logger.warn("The time for the drain is over with {} in flight:{}", left.size(),
					WorkInFlightText.list(left));
		}
		return state().enter(Stage.DRAINED)
			.thenCompose((told) -> this.intakes.onTheWay())
			.thenApply((onTheWay) -> (onTheWay > 0) ? found + ", %d on their way are left".formatted(onTheWay) : found);
	}

	@Override
	void undo() {
		this.endlessWork.endNoMore();
		this.intakes.resume().join();
	}

}
