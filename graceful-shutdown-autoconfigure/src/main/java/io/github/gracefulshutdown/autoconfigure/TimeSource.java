package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Monotonic time, and a future for a moment in it. */
interface TimeSource {

	long nanoTime();

	/** Returns a future that completes after the given delay. */
	CompletableFuture<Void> in(Duration delay);

}
