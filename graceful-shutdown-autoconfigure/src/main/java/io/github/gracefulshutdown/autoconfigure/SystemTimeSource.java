package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** The time of the system, with the {@link Timers} of all contexts. */
final class SystemTimeSource implements TimeSource {

	@Override
	public long nanoTime() {
		return System.nanoTime();
	}

	@Override
	public CompletableFuture<Void> in(Duration delay) {
		CompletableFuture<Void> due = new CompletableFuture<>();
		Timers.schedule(due, delay);
		return due;
	}

}
