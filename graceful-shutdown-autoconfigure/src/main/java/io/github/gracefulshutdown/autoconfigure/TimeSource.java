package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Monotonic time, and a future for a moment in it. One bean, the time that a shutdown
 * goes by: its timers need no thread of the application, nor one that all of the JVM
 * shares.
 */
public interface TimeSource {

	/**
	 * Returns the time, to be compared by subtraction.
	 * @return the time in nanoseconds
	 */
	long nanoTime();

	/**
	 * Returns a future that completes after the given delay. What depends on it runs on
	 * the one thread of all timers, so it has to be short and must not wait.
	 * @param delay the delay
	 * @return a future of its own for every call
	 */
	CompletableFuture<Void> in(Duration delay);

}
