package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.DisposableBean;

/**
 * Halts a process that is going down and has not ended at the deadline. Its threads start
 * with the application, because when a shutdown is stuck threads may be what is missing,
 * and the one that halts allocates nothing, because memory may be: the report is up to
 * the other, which has the resources released before. It waits for the JVM to run its
 * shutdown hooks, so a JVM that is not going down is never halted, and a context that was
 * closed without it dismisses the watchdog.
 */
final class Watchdog implements DisposableBean {

	private static final Logger logger = LoggerFactory.getLogger(Watchdog.class);

	private static final long REPORT_NANOS = Duration.ofMillis(500).toNanos();

	private static final long LISTENER_MILLIS = 150;

	private final ShutdownState state;

	private final TimeSource time;

	private final long timeoutNanos;

	private final ShutdownReporter reporter;

	private final Runnable lateTeardown;

	private final Runnable logFlush;

	private final int exitCode;

	private final IntConsumer halt;

	private final Thread hook = new Thread(this::goingDown, "graceful-shutdown-signal");

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
	 * @param timeout the time from when the JVM goes down, for when there is no memory to
	 * begin the close
	 * @param lateTeardown has the resources released, without waiting for them
	 * @param logFlush has the log written that is kept in memory
	 */
	Watchdog(ShutdownState state, TimeSource time, Duration timeout, ShutdownReporter reporter, Runnable lateTeardown,
			Runnable logFlush, int exitCode, IntConsumer halt) {
		this.state = state;
		this.time = time;
		this.timeoutNanos = timeout.toNanos();
		this.reporter = reporter;
		this.lateTeardown = lateTeardown;
		this.logFlush = logFlush;
		this.exitCode = exitCode;
		this.halt = halt;
		this.thread.setDaemon(true);
		this.reporting.setDaemon(true);
	}

	void start() {
		this.thread.start();
		this.reporting.start();
		try {
			Runtime.getRuntime().addShutdownHook(this.hook);
		}
		catch (IllegalStateException ex) { // the JVM is going down already
			goingDown();
		}
	}

	/** Tells that the JVM goes down: the deadline holds from here on. */
	void goingDown() {
		this.goingDownNanos = this.time.nanoTime();
		try {
			this.state.beginClose();
		}
		finally {
			this.goingDown = true;
			LockSupport.unpark(this.thread);
		}
	}

	/** Tells that the deadline is another one. */
	void deadlineMoved() {
		LockSupport.unpark(this.thread);
	}

	@Override
	public void destroy() {
		try {
			Runtime.getRuntime().removeShutdownHook(this.hook);
		}
		catch (IllegalStateException ex) { // the JVM is going down: hold the deadline
			return;
		}
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
			if (!this.goingDown) {
				LockSupport.park(this);
				continue;
			}
			long leftNanos = nanosLeft();
			if (leftNanos <= 0) {
				halt();
				return;
			}
			long leftToTeardownNanos = leftNanos - this.state.lateTeardownNanos();
			if (leftToTeardownNanos <= 0 && !this.late) {
				this.late = true;
				LockSupport.unpark(this.reporting);
			}
			LockSupport.parkNanos(this, (leftToTeardownNanos > 0) ? leftToTeardownNanos : leftNanos);
		}
	}

	private long nanosLeft() {
		long now = this.time.nanoTime();
		Deadline deadline = this.state.deadline();
		return (deadline != null) ? deadline.nanosLeft(now) : this.timeoutNanos - (now - this.goingDownNanos);
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
			this.halt.accept(this.exitCode);
		}
	}

	private void releaseAndReport() {
		try {
			while (!this.late && !this.over && !this.dismissed) {
				parkReporting();
			}
			if (this.late || this.over) {
				this.lateTeardown.run();
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
			ShutdownReport report = this.reporter.atDeadline();
			String message = "The process has not ended by itself and is halted with exit code %d: %s"
				.formatted(this.exitCode, report);
			logger.error(message);
			if (this.reporter.isContextClosed()) { // the log may have ended with it
				System.err.println(message);
			}
			else {
				this.state.reported(report).completeOnTimeout(null, LISTENER_MILLIS, TimeUnit.MILLISECONDS).join();
			}
			this.logFlush.run();
		}
		finally { // with a report or without: what matters is that the process ends
			this.reported = true;
			LockSupport.unpark(this.thread);
		}
	}

}
