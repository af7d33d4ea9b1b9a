package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;
import java.util.Collection;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeoutException;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs code of others, on daemon threads that serve nothing else and for a limited time,
 * so that nothing it throws and no time it takes can stop a shutdown.
 */
public final class GuestRunner {

	private static final Logger logger = LoggerFactory.getLogger(GuestRunner.class);

	private static final int THREADS = 8;

	private static final Duration TURN = Duration.ofMillis(100);

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
		GuestThread thread = new GuestThread(() -> complete(result, code), "graceful-shutdown-" + name);
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
				thread.interruptIfBound();
			}
		});
		return result;
	}

	/**
	 * Lets the code that runs on this thread, if it is one of these, go on beyond its
	 * bound: it closes the context, and an interrupt would cut that short.
	 */
	static void unbindThisThread() {
		if (Thread.currentThread() instanceof GuestThread thread) {
			thread.unbind();
		}
	}

	/**
	 * Runs much code on a few threads, however much of it hangs: a thread takes up
	 * nothing more when its turn of 100 ms is over, and a new one goes on in its place.
	 * So there are 8 threads, and at most 8 more for every turn in which code hangs. What
	 * it throws is logged.
	 * @param name what the threads are for
	 * @param bound how long a thread may take before it is interrupted
	 * @param codes the code
	 */
	public void runAll(String name, Duration bound, Collection<? extends Runnable> codes) {
		Queue<Runnable> queue = new ConcurrentLinkedQueue<>(codes);
		for (int i = 0; i < Math.min(THREADS, codes.size()); i++) {
			takeTurn(name, bound, queue);
		}
	}

	@SuppressWarnings("FutureReturnValueIgnored") // the next turn is for what is left
	private void takeTurn(String name, Duration bound, Queue<Runnable> queue) {
		CompletableFuture<Void> over = this.time.in(TURN);
		run(name, bound, () -> {
			Runnable code = queue.poll();
			while (code != null) {
				runGuarded(name, code);
				code = over.isDone() ? null : queue.poll();
			}
			return queue;
		});
		over.thenRun(() -> {
			if (!queue.isEmpty()) {
				takeTurn(name, bound, queue);
			}
		});
	}

	private static void runGuarded(String name, Runnable code) {
		try {
			code.run();
		}
		catch (RuntimeException ex) {
			logger.debug("One {} failed; the others go on", name, ex);
		}
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

	private static final class GuestThread extends Thread {

		private boolean bound = true;

		GuestThread(Runnable code, String name) {
			super(code, name);
			setDaemon(true);
		}

		synchronized void interruptIfBound() {
			if (this.bound) {
				interrupt();
			}
		}

		/** To be called by this thread. */
		synchronized void unbind() {
			this.bound = false;
			interrupted(); // by the bound, as it may have been
		}

	}

}
