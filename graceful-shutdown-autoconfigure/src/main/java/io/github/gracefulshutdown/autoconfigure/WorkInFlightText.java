package io.github.gracefulshutdown.autoconfigure;

import io.github.gracefulshutdown.WorkInFlight;

/** Work in flight as people read it. */
final class WorkInFlightText {

	static final int LIMIT = 20;

	private WorkInFlightText() {
	}

	static String of(WorkInFlight work) {
		return "%s %s for %d ms on thread %s".formatted(work.kind(), work.description(), work.age().toMillis(),
				nameOf(work.thread()));
	}

	/** Returns the name of the thread, which a virtual one need not have. */
	static String nameOf(Thread thread) {
		String name = thread.getName();
		return name.isEmpty() ? thread.toString() : name;
	}

}
