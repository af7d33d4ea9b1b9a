package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

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

	private static final Duration REPORT_TIMEOUT = Duration.ofSeconds(1);

	private final DrainGate gate;

	private final EndlessWork endlessWork;

	private final RequestIntakes intakes;

	private final ShutdownReporter reporter;

	private final GuestRunner guests;

	private final Supplier<Duration> timeout;

	/**
	 * Creates the step.
	 * @param timeout how long a drain that begins now waits
	 */
	DrainLifecycle(ShutdownState state, TimeSource time, DrainGate gate, EndlessWork endlessWork,
			RequestIntakes intakes, ShutdownReporter reporter, GuestRunner guests, Supplier<Duration> timeout) {
		super("drain", PHASE, state, time);
		this.gate = gate;
		this.endlessWork = endlessWork;
		this.intakes = intakes;
		this.reporter = reporter;
		this.guests = guests;
		this.timeout = timeout;
	}

	@Override
	CompletableFuture<String> perform(Drain drain) {
		long atBegin = this.gate.inFlight();
		this.endlessWork.endAll();
		CompletableFuture<Void> timedOut = drain.in(this.timeout.get(), time());
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
		drain.setStuck(left);
		return (left.isEmpty() ? CompletableFuture.<Void>completedFuture(null) : report(drain, left))
			.thenCompose((reported) -> state().enter(Stage.DRAINED))
			.thenCompose((told) -> this.intakes.onTheWay())
			.thenApply((onTheWay) -> (onTheWay > 0) ? found + ", %d on their way are left".formatted(onTheWay) : found);
	}

	private CompletableFuture<Void> report(Drain drain, List<WorkInFlight> left) {
		return this.guests.run("report", REPORT_TIMEOUT, () -> {
			ShutdownReport report = this.reporter.afterDrain(left);
			drain.setReport(report);
			logger.warn("The time for the drain is over with {} in flight. {}", left.size(), report);
			return report;
		}).exceptionally((ex) -> {
			logger.warn("The time for the drain is over with {} in flight, which cannot be reported", left.size(), ex);
			return null;
		})
			.thenCompose(
					(report) -> (report != null) ? state().reported(report) : CompletableFuture.completedFuture(null));
	}

	@Override
	void undo() {
		this.endlessWork.endNoMore();
		this.intakes.resume().join();
	}

}
