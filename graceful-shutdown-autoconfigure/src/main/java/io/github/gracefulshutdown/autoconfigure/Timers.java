package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * The timers of all contexts, on one daemon thread. It is there from before the first
 * bean of the first context, because threads may be what is missing later, and no code of
 * an application runs on it. It ends with the last context, so that it keeps no class
 * loader of an application that was undeployed, unless the JVM goes down, where much may
 * still be waited for.
 */
final class Timers {

	/*
	 * For a straggler of a context that has gone, and for code that runs without one. Its
	 * thread ends when nothing is waited for, unlike that of CompletableFuture's own
	 * timeouts, which keeps the class loader of whoever was the first to need it.
	 */
	private static final ScheduledThreadPoolExecutor stragglers = stragglers();

	private static @Nullable ScheduledThreadPoolExecutor executor;

	private static int contexts;

	private Timers() {
	}

	/** Has the thread there for one more context. */
	static synchronized void acquire() {
		if (executor == null) {
			executor = start();
		}
		contexts++;
	}

	/**
	 * Ends the thread if this was the last context. What is still waited for is over
	 * then: it belongs to a context that has gone.
	 */
	static void release() {
		ScheduledThreadPoolExecutor ended;
		synchronized (Timers.class) {
			contexts--;
			ended = executor;
			if (contexts > 0 || ended == null || JvmExit.isUnderWay()) {
				return;
			}
			executor = null;
		}
		ended.shutdownNow().forEach(Runnable::run);
	}

	/** Completes the future after the delay. */
	static void schedule(CompletableFuture<Void> due, Duration delay) {
		ScheduledThreadPoolExecutor current = current();
		if (current == null || !accepts(current, due, delay)) {
			accepts(stragglers, due, delay);
		}
	}

	private static synchronized @Nullable ScheduledThreadPoolExecutor current() {
		return executor;
	}

	@SuppressWarnings("FutureReturnValueIgnored") // completes the future that is given
	private static boolean accepts(ScheduledThreadPoolExecutor executor, CompletableFuture<Void> due, Duration delay) {
		try {
			executor.schedule(() -> due.complete(null), delay.toNanos(), TimeUnit.NANOSECONDS);
			return true;
		}
		catch (RejectedExecutionException ex) { // ended meanwhile
			return false;
		}
	}

	private static ScheduledThreadPoolExecutor start() {
		ScheduledThreadPoolExecutor timers = newExecutor();
		timers.prestartCoreThread();
		return timers;
	}

	private static ScheduledThreadPoolExecutor stragglers() {
		ScheduledThreadPoolExecutor timers = newExecutor();
		timers.setKeepAliveTime(100, TimeUnit.MILLISECONDS);
		timers.allowCoreThreadTimeOut(true);
		return timers;
	}

	private static ScheduledThreadPoolExecutor newExecutor() {
		return new ScheduledThreadPoolExecutor(1, (task) -> {
			Thread thread = new Thread(task, "graceful-shutdown-timer");
			thread.setDaemon(true);
			thread.setContextClassLoader(null);
			return thread;
		});
	}

}
