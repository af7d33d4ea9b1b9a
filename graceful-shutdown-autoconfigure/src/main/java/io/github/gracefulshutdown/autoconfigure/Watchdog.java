package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Halts a process that is going down and has not ended at the deadline. Its threads start
 * with the first context, because when a shutdown is stuck threads may be what is
 * missing, and the one that halts allocates nothing, because memory may be: the report is
 * up to the other, which has the resources released before. It waits to be told that the
 * JVM goes down, so one that does not is never halted.
 */
final class Watchdog {

	private static final Logger logger = LoggerFactory.getLogger(Watchdog.class);

	private static final long REPORT_NANOS = Duration.ofMillis(500).toNanos();

	private static final long LISTENER_MILLIS = 150;

	private final ContextShutdowns contexts;

	private final TimeSource time;

	private final Runnable logFlush;

	private final IntConsumer halt;

	private final Thread thread = new Thread(this::watch, "graceful-shutdown-watchdog");

	private final Thread reporting = new Thread(this::releaseAndReport, "graceful-shutdown-report");

	private volatile boolean goingDown;

	private volatile boolean dismissed;

	private volatile boolean late;

	private volatile boolean over;

	private volatile boolean reported;

	private volatile long goingDownNanos;

	/**
	 * Creates a watchdog.
	 * @param logFlush has the log written that is kept in memory
	 */
	Watchdog(ContextShutdowns contexts, TimeSource time, Runnable logFlush, IntConsumer halt) {
		this.contexts = contexts;
		this.time = time;
		this.logFlush = logFlush;
		this.halt = halt;
		this.thread.setDaemon(true);
		this.reporting.setDaemon(true);
		// They may outlive the application that starts them.
		this.thread.setContextClassLoader(null);
		this.reporting.setContextClassLoader(Watchdog.class.getClassLoader());
	}

	void start() {
		this.thread.start();
		this.reporting.start();
	}

	/** Tells that the JVM goes down: the deadline holds from here on. */
	void goingDown() {
		this.goingDownNanos = this.time.nanoTime();
		try {
			this.contexts.goingDown(this.goingDownNanos);
		}
		finally {
			this.goingDown = true;
			LockSupport.unpark(this.thread);
		}
	}

	boolean isGoingDown() {
		return this.goingDown;
	}

	/** Tells that the deadline is another one. */
	void deadlineMoved() {
		LockSupport.unpark(this.thread);
	}

	/** Ends the watch. */
	void dismiss() {
		this.dismissed = true;
		LockSupport.unpark(this.thread);
		LockSupport.unpark(this.reporting);
	}

	/** Waits for the threads to end. */
	void join() throws InterruptedException {
		this.thread.join();
		this.reporting.join();
	}

	// An interrupt, which nobody has a reason to send, does not end the watch.
	private void watch() {
		while (!this.dismissed) {
			Thread.interrupted();
			if (!this.goingDown || !this.contexts.isForced()) {
				LockSupport.park(this);
				continue;
			}
			long leftNanos = this.contexts.nanosLeft(this.time.nanoTime(), this.goingDownNanos);
			if (leftNanos <= 0) {
				halt();
				return;
			}
			long leftToTeardownNanos = leftNanos - this.contexts.lateTeardownNanos();
			if (leftToTeardownNanos <= 0 && !this.late) {
				this.late = true;
				LockSupport.unpark(this.reporting);
			}
			LockSupport.parkNanos(this, (leftToTeardownNanos > 0) ? leftToTeardownNanos : leftNanos);
		}
	}

	private void halt() {
		try {
			this.over = true;
			LockSupport.unpark(this.reporting);
			long beganNanos = this.time.nanoTime();
			long leftNanos = REPORT_NANOS;
			while (!this.reported && leftNanos > 0) {
				LockSupport.parkNanos(this, leftNanos);
				leftNanos = REPORT_NANOS - (this.time.nanoTime() - beganNanos);
			}
		}
		finally {
			this.halt.accept(this.contexts.exitCode());
		}
	}

	private void releaseAndReport() {
		try {
			while (!this.late && !this.over && !this.dismissed) {
				parkReporting();
			}
			if (this.late || this.over) {
				this.contexts.releaseLate();
			}
		}
		finally {
			while (!this.over && !this.dismissed) {
				parkReporting();
			}
			if (this.over) {
				report();
			}
		}
	}

	private void parkReporting() {
		Thread.interrupted();
		LockSupport.park(this);
	}

	private void report() {
		try {
			ExitReport report = new ExitReport(this.contexts.all());
			report.writeTerminationMessage();
			String message = "The process has not ended by itself and is halted with exit code %d: %s"
				.formatted(this.contexts.exitCode(), report);
			logger.error(message);
			if (report.hasLogEnded()) {
				System.err.println(message);
			}
			report.tell().completeOnTimeout(null, LISTENER_MILLIS, TimeUnit.MILLISECONDS).join();
			this.logFlush.run();
		}
		finally { // with a report or without: what matters is that the process ends
			this.reported = true;
			LockSupport.unpark(this.thread);
		}
	}

}
