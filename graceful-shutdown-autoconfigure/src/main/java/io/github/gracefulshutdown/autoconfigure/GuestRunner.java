package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;

import org.jspecify.annotations.Nullable;

/**
 * Runs code of others, each call on a daemon thread of its own and for a limited time, so
 * that nothing it throws and no time it takes can stop a shutdown.
 */
public final class GuestRunner {

	private final TimeSource time;

	private final @Nullable ClassLoader classLoader;

	GuestRunner(TimeSource time, @Nullable ClassLoader classLoader) {
		this.time = time;
		this.classLoader = classLoader;
	}

	/**
	 * Runs the code. The future completes with its result, with what it throws, or with a
	 * {@link TimeoutException} when the bound has passed; the thread is interrupted then.
	 * @param <T> the type of the result
	 * @param name what the thread is for
	 * @param bound how long the code may take
	 * @param code the code
	 * @return a future of the result
	 */
	@SuppressWarnings("FutureReturnValueIgnored") // the result is what counts
	public <T extends @Nullable Object> CompletableFuture<T> run(String name, Duration bound, Callable<T> code) {
		CompletableFuture<T> result = new CompletableFuture<>();
		Thread thread = new Thread(() -> complete(result, code), "graceful-shutdown-" + name);
		thread.setDaemon(true);
		thread.setContextClassLoader(this.classLoader);
		CompletableFuture<Void> due = this.time.in(bound); // from before the code runs
		try {
			thread.start();
		}
		catch (OutOfMemoryError ex) { // "unable to create native thread"
			result.completeExceptionally(ex);
			return result;
		}
		due.thenRun(() -> {
			if (!result.isDone() && result.completeExceptionally(notFinishedWithin(bound))) {
				thread.interrupt();
			}
		});
		return result;
	}

	private static TimeoutException notFinishedWithin(Duration bound) {
		return new TimeoutException("Not finished within " + bound.toMillis() + " ms");
	}

	private static <T extends @Nullable Object> void complete(CompletableFuture<T> result, Callable<T> code) {
		try {
			result.complete(code.call());
		}
		catch (Throwable ex) {
			result.completeExceptionally(ex);
		}
	}

}
