package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.gracefulshutdown.Outcome;
import io.github.gracefulshutdown.Stage;

/**
 * What was stuck when time was over: that of the drain, or that of the whole shutdown. It
 * holds no bodies, headers or query strings of requests.
 *
 * @param outcome how the shutdown ends
 * @param stage the stage in which the instance was
 * @param after the time since the shutdown began
 * @param work the work that was left in flight, the oldest first
 * @param deadlocks the threads that wait for each other for good, in sentences
 * @param stopping the lifecycle beans and resources that had not stopped at the deadline,
 * or, when the context had closed, the threads that may be shutdown hooks
 * @param queues the executors that had tasks, in sentences
 * @param closing the top of the stack of the thread that closed the context, if it was at
 * that at the deadline
 */
public record ShutdownReport(Outcome outcome, Stage stage, Duration after, List<StuckWork> work, List<String> deadlocks,
		List<String> stopping, List<String> queues, List<String> closing) {

	private static final int LIMIT = WorkInFlightText.LIMIT;

	/** Returns the report on many lines, for a log. */
	@Override
	public String toString() {
		Stream<String> lines = Stream
			.of(limited(this.work).map(StuckWork::toString),
					Stream.of("and %d more".formatted(this.work.size() - LIMIT))
						.filter((more) -> this.work.size() > LIMIT),
					this.deadlocks.stream().map("deadlock: "::concat), this.queues.stream().map("queue: "::concat),
					limited(this.stopping).map("has not stopped: "::concat),
					Stream.of("closing of the context:" + indented(this.closing))
						.filter((at) -> !this.closing.isEmpty()))
			.flatMap((part) -> part);
		return summary() + lines.map("\n  "::concat).collect(Collectors.joining());
	}

	/** Returns the report in one line. */
	public String summary() {
		return "Graceful shutdown %s after %d ms in stage %s: %d left in flight".formatted(this.outcome,
				this.after.toMillis(), this.stage, this.work.size());
	}

	/** Returns the report with one line for each culprit. */
	String briefly() {
		Stream<String> lines = Stream
			.of(Stream.of(summary()), limited(this.work).map(StuckWork::briefly),
					this.deadlocks.stream().map("deadlock: "::concat),
					limited(this.stopping).map(ShutdownReport::briefly).map("has not stopped: "::concat),
					this.queues.stream().map("queue: "::concat),
					this.closing.stream().limit(1).map("closing of the context: at "::concat))
			.flatMap((part) -> part);
		return lines.collect(Collectors.joining("\n"));
	}

	private static <T> Stream<T> limited(List<T> list) {
		return list.stream().limit(LIMIT);
	}

	/** Leaves one frame of a stack, which is on lines of its own. */
	private static String briefly(String stopping) {
		return stopping.lines().limit(2).map(String::strip).collect(Collectors.joining(" "));
	}

	static String indented(List<String> stack) {
		return stack.stream().map("\n    at "::concat).collect(Collectors.joining());
	}

	/**
	 * A piece of work that was left in flight.
	 *
	 * @param kind the kind of work
	 * @param description what the work is
	 * @param age the time since it was accepted
	 * @param thread the name of the thread that accepted it
	 * @param stack the top of the stack of that thread
	 */
	public record StuckWork(String kind, String description, Duration age, String thread, List<String> stack) {

		@Override
		public String toString() {
			return line() + indented(this.stack);
		}

		String briefly() {
			return this.stack.isEmpty() ? line() : line() + " at " + this.stack.get(0);
		}

		private String line() {
			return WorkInFlightText.of(this.kind, this.description, this.age, this.thread);
		}

	}

}
