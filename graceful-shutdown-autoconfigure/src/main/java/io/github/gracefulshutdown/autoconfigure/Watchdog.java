package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntConsumer;

import io.github.gracefulshutdown.DrainGate;
import io.github.gracefulshutdown.Outcome;
import io.github.gracefulshutdown.WorkInFlight;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.DisposableBean;

/**
 * Halts a process that is going down and has not ended at the deadline. Its thread starts
 * with the application, because when a shutdown is stuck threads may be what is missing.
 * It waits for the JVM to run its shutdown hooks, so a JVM that is not going down is
 * never halted, and a context that was closed without it dismisses the watchdog.
 */
final class Watchdog implements DisposableBean {

	private static final Logger logger = LoggerFactory.getLogger(Watchdog.class);

	private static final Duration REPORT_TIMEOUT = Duration.ofSeconds(1);

	private final ShutdownState state;

	private final DrainGate gate;

	private final GuestRunner guests;

	private final int exitCode;

	private final IntConsumer halt;

	private final CountDownLatch goingDown = new CountDownLatch(1);

	private final CountDownLatch dismissed = new CountDownLatch(1);

	private final Thread hook = new Thread(this::goingDown, "graceful-shutdown-signal");

	private final Thread thread = new Thread(this::watch, "graceful-shutdown-watchdog");

	Watchdog(ShutdownState state, DrainGate gate, GuestRunner guests, int exitCode, IntConsumer halt) {
		this.state = state;
		this.gate = gate;
		this.guests = guests;
		this.exitCode = exitCode;
		this.halt = halt;
		this.thread.setDaemon(true);
	}

	void start() {
		this.thread.start();
		try {
			Runtime.getRuntime().addShutdownHook(this.hook);
		}
		catch (IllegalStateException ex) { // the JVM is going down already
			goingDown();
		}
	}

	/** Tells that the JVM goes down: the deadline holds from here on. */
	void goingDown() {
		this.goingDown.countDown();
	}

	@Override
	public void destroy() {
		try {
			Runtime.getRuntime().removeShutdownHook(this.hook);
		}
		catch (IllegalStateException ex) { // the JVM is going down: hold the deadline
			return;
		}
		this.dismissed.countDown();
		goingDown();
	}

	/** Waits for the thread to end. */
	void join() throws InterruptedException {
		this.thread.join();
	}

	private void watch() {
		try {
			this.goingDown.await();
			if (!this.dismissed.await(this.state.beginClose().remaining().toNanos(), TimeUnit.NANOSECONDS)) {
				reportAndHalt();
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private void reportAndHalt() {
		try {
			this.guests.run("report", REPORT_TIMEOUT, this::report)
				.get(REPORT_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException | ExecutionException | TimeoutException ex) {
			// Without a report, then: what matters is that the process ends.
		}
		finally {
			this.halt.accept(this.exitCode);
		}
	}

	private Outcome report() {
		List<WorkInFlight> left = this.gate.workInFlight();
		logger.error(
				"Graceful shutdown {} after {} ms: the process has not ended by itself (stage {}) and is halted "
						+ "with exit code {}; {} left in flight{}",
				Outcome.FORCED, this.state.sinceBegin().toMillis(), this.state.stage(), this.exitCode, left.size(),
				WorkInFlightText.list(left));
		return Outcome.FORCED;
	}

}
