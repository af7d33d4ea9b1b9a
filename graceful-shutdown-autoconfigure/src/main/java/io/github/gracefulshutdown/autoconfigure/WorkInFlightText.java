package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;

import io.github.gracefulshutdown.WorkInFlight;

/** Work in flight as people read it. */
final class WorkInFlightText {

	static final int LIMIT = 20;

	private WorkInFlightText() {
	}

	static String of(WorkInFlight work) {
		return of(work.kind(), work.description(), work.age(), nameOf(work.thread()));
	}

	static String of(String kind, String description, Duration age, String thread) {
		return "%s %s for %d ms on thread %s".formatted(kind, description, age.toMillis(), thread);
	}

	/** Returns the name of the thread, which a virtual one need not have. */
	static String nameOf(Thread thread) {
		String name = thread.getName();
		return name.isEmpty() ? thread.toString() : name;
	}

}
