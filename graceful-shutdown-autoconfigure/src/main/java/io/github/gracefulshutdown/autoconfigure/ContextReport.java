package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.gracefulshutdown.Outcome;

/**
 * What keeps one context from its end.
 *
 * @param text the report on many lines, for a log
 * @param brief the report with one line for each culprit
 * @param told tells the listeners of the context; completes when they were told
 */
record ContextReport(String text, String brief, Told told) {

	private static final Told NOBODY = () -> CompletableFuture.completedFuture(null);

	/** Reports on a context that serves or has served. */
	static ContextReport of(ShutdownParts parts) {
		ShutdownReport report = parts.reporter().atDeadline();
		Told listeners = parts.reporter().isContextClosed() ? NOBODY : () -> parts.state().reported(report);
		return new ContextReport(report.toString(), report.briefly(), listeners);
	}

	/**
	 * Reports on a context that has not served yet.
	 * @param after the time since the shutdown began
	 * @param beans the beans that are being made
	 * @param startup the thread that makes them
	 */
	static ContextReport ofStart(Duration after, List<String> beans, Thread startup) {
		String summary = "Graceful shutdown %s after %d ms in stage STARTING: the start has not ended"
			.formatted(Outcome.FORCED, after.toMillis());
		List<String> stack = ShutdownReporter.top(startup);
		List<String> lines = Stream
			.concat(beans.stream().map("being made: "::concat),
					ShutdownReporter.deadlocks().stream().map("deadlock: "::concat))
			.toList();
		String thread = "thread " + startup.getName();
		return new ContextReport(
				summary + lines.stream().map("\n  "::concat).collect(Collectors.joining()) + "\n  " + thread + ":"
						+ ShutdownReport.indented(stack),
				Stream.of(Stream.of(summary), lines.stream(), stack.stream().limit(1).map((thread + " at ")::concat))
					.flatMap((part) -> part)
					.collect(Collectors.joining("\n")),
				NOBODY);
	}

	/** Tells listeners. */
	@FunctionalInterface
	interface Told {

		CompletableFuture<Void> tell();

	}

}
