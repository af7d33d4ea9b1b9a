package io.github.gracefulshutdown.autoconfigure;

import java.util.List;
import java.util.stream.Collectors;

import io.github.gracefulshutdown.WorkInFlight;

/** Work in flight as people read it. */
final class WorkInFlightText {

	static final int LIMIT = 20;

	private WorkInFlightText() {
	}

	static String of(WorkInFlight work) {
		return "%s %s for %d ms on thread %s".formatted(work.kind(), work.description(), work.age().toMillis(),
				work.thread());
	}

	/**
	 * Returns a line a piece of work, at most {@value #LIMIT}, each after a line break.
	 */
	static String list(List<WorkInFlight> work) {
		String lines = work.stream().limit(LIMIT).map((piece) -> "\n  " + of(piece)).collect(Collectors.joining());
		return (work.size() > LIMIT) ? lines + "\n  and %d more".formatted(work.size() - LIMIT) : lines;
	}

}
