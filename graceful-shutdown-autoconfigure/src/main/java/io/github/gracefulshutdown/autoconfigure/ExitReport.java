package io.github.gracefulshutdown.autoconfigure;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What keeps a process from its end: a report for each context that has not ended, with
 * its name if there are others. If all of them have, a hook of the JVM keeps it, and the
 * last context tells of that.
 */
final class ExitReport {

	private final Map<ContextShutdown, ContextReport> reports = new LinkedHashMap<>();

	private final Map<Path, TerminationMessage> terminationMessages = new LinkedHashMap<>();

	private final boolean named;

	private final boolean logEnded;

	ExitReport(List<ContextShutdown> contexts) {
		List<ContextShutdown> left = contexts.stream().filter((context) -> !context.hasEnded()).toList();
		this.logEnded = left.isEmpty();
		this.named = contexts.size() > 1 && !this.logEnded;
		(this.logEnded ? contexts.subList(contexts.size() - 1, contexts.size()) : left)
			.forEach((context) -> this.reports.put(context, context.report()));
		contexts.stream()
			.map(ContextShutdown::terminationMessage)
			.forEach((message) -> this.terminationMessages.put(message.file(), message));
	}

	/** Returns whether the log may have ended, with the last context. */
	boolean hasLogEnded() {
		return this.logEnded;
	}

	/** Leaves the reason where the platform reads it. */
	void writeTerminationMessage() {
		String text = text(ContextReport::brief);
		this.terminationMessages.values().forEach((message) -> message.write(text));
	}

	/** Tells the listeners. */
	CompletableFuture<Void> tell() {
		return CompletableFuture.allOf(
				this.reports.values().stream().map((report) -> report.told().tell()).toArray(CompletableFuture[]::new));
	}

	@Override
	public String toString() {
		return text(ContextReport::text);
	}

	private String text(Function<ContextReport, String> form) {
		return this.reports.entrySet()
			.stream()
			.map((report) -> this.named ? "%s: %s".formatted(report.getKey().name(), form.apply(report.getValue()))
					: form.apply(report.getValue()))
			.collect(Collectors.joining("\n"));
	}

}
