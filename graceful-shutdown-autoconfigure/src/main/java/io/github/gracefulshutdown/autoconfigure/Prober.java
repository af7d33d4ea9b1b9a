package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;

/**
 * One that polls the health of this instance, such as a load balancer: how often, and
 * what it has been told. Safe for use by many threads.
 */
final class Prober {

	// Checks come late when the machine is busy, and a load balancer may change its pace.
	private static final Duration GRACE = Duration.ofSeconds(1);

	private final String name;

	private long checks;

	private long successes;

	private int refusalsInARow;

	private long lastNanos;

	// Of the last check, or of the one that was refused often enough.
	private long toldNanos;

	private long intervalNanos;

	Prober(String name) {
		this.name = name;
	}

	String name() {
		return this.name;
	}

	synchronized void checked(long nowNanos, boolean refused, int refusals) {
		learnInterval(nowNanos);
		this.lastNanos = nowNanos;
		this.checks++;
		if (refused) {
			this.refusalsInARow++;
			if (this.refusalsInARow == refusals) {
				this.toldNanos = nowNanos;
			}
		}
		else {
			this.refusalsInARow = 0;
			this.successes++;
		}
	}

	/** Takes the new gap for a quarter, so that one odd gap does not count for much. */
	private void learnInterval(long nowNanos) {
		if (this.checks > 0) {
			long gap = nowNanos - this.lastNanos;
			this.intervalNanos = (this.checks == 1) ? gap : this.intervalNanos + (gap - this.intervalNanos) / 4;
		}
	}

	synchronized long checks() {
		return this.checks;
	}

	synchronized long lastNanos() {
		return this.lastNanos;
	}

	synchronized Duration interval() {
		return Duration.ofNanos(this.intervalNanos);
	}

	synchronized int refusalsInARow() {
		return this.refusalsInARow;
	}

	/**
	 * Returns whether it polls: it was told more than once that this instance is well,
	 * and its next check is not long overdue. One who waits for the start of the instance
	 * stops asking when he hears it for the first time.
	 */
	synchronized boolean isPolling(long nowNanos) {
		return this.successes > 1 && !isGone(nowNanos);
	}

	/** Returns whether it has missed two checks. */
	synchronized boolean isGone(long nowNanos) {
		return untilGone(nowNanos).isZero();
	}

	/** Returns the time until it counts as gone if it does not come back. */
	synchronized Duration untilGone(long nowNanos) {
		long left = 2 * this.intervalNanos + GRACE.toNanos() - (nowNanos - this.lastNanos);
		return Duration.ofNanos(Math.max(0, left));
	}

	/** Returns the time since it was refused often enough. */
	synchronized Duration sinceTold(long nowNanos) {
		return Duration.ofNanos(nowNanos - this.toldNanos);
	}

}
