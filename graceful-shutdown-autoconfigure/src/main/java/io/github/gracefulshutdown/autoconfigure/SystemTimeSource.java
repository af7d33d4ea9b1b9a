package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The time of the system. All timers of a JVM share one daemon thread: it is there before
 * threads may be what is missing, no application context stops it, and no code of an
 * application runs on it.
 */
final class SystemTimeSource implements TimeSource {

	private static final ScheduledThreadPoolExecutor TIMERS = timers();

	private static ScheduledThreadPoolExecutor timers() {
		ScheduledThreadPoolExecutor timers = new ScheduledThreadPoolExecutor(1, (task) -> {
			Thread thread = new Thread(task, "graceful-shutdown-timer");
			thread.setDaemon(true);
			thread.setContextClassLoader(null);
			return thread;
		});
		timers.prestartCoreThread();
		return timers;
	}

	@Override
	public long nanoTime() {
		return System.nanoTime();
	}

	@Override
	@SuppressWarnings("FutureReturnValueIgnored") // completes the future that is returned
	public CompletableFuture<Void> in(Duration delay) {
		CompletableFuture<Void> due = new CompletableFuture<>();
		TIMERS.schedule(() -> due.complete(null), delay.toNanos(), TimeUnit.NANOSECONDS);
		return due;
	}

}
