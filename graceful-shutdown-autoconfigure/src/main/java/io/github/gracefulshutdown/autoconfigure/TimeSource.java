package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Monotonic time, and a future for a moment in it. */
interface TimeSource {

	long nanoTime();

	/** Returns a future that completes after the given delay. */
	CompletableFuture<Void> in(Duration delay);

	/**
	 * The time of the system. Its timers are those of {@link CompletableFuture}, on a
	 * daemon thread that no application context stops.
	 */
	static TimeSource system() {
		return new TimeSource() {

			@Override
			public long nanoTime() {
				return System.nanoTime();
			}

			@Override
			public CompletableFuture<Void> in(Duration delay) {
				return new CompletableFuture<Void>().completeOnTimeout(null, delay.toNanos(), TimeUnit.NANOSECONDS);
			}

		};
	}

}
