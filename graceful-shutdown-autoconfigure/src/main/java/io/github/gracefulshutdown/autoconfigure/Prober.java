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

	private final String network;

	private final boolean kubelet;

	private long checks;

	private long successes;

	private int refusalsInARow;

	private long lastNanos;

	// Of the last check, or of the one that was refused often enough.
	private long toldNanos;

	private long intervalNanos;

	/**
	 * Creates a prober.
	 * @param name what people know it by
	 * @param network what its address is a part of, if one may have all of that
	 * @param kubelet whether it is the kubelet of this pod
	 */
	Prober(String name, String network, boolean kubelet) {
		this.name = name;
		this.network = network;
		this.kubelet = kubelet;
	}

	String name() {
		return this.name;
	}

	String network() {
		return this.network;
	}

	boolean isKubelet() {
		return this.kubelet;
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

	/**
	 * Takes the new gap for a quarter, so that one odd gap does not count for much, and
	 * one that is shorter for the share of it that has passed: a burst of checks, as by
	 * somebody else behind the same address, counts for the time that it takes, not for
	 * how many they are.
	 */
	private void learnInterval(long nowNanos) {
		long gap = nowNanos - this.lastNanos;
		if (this.checks == 1) {
			this.intervalNanos = gap;
		}
		else if (this.checks > 1) {
			double weight = (gap < this.intervalNanos) ? (double) gap / this.intervalNanos : 1;
			this.intervalNanos += (long) ((gap - this.intervalNanos) * weight / 4);
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
	 * Returns whether it comes back: it was told more than twice that this instance is
	 * well. One who waits for the start of the instance stops asking when he hears it for
	 * the first time, and who looks once may look again.
	 */
	synchronized boolean isEstablished() {
		return this.successes > 2;
	}

	/**
	 * Returns whether it polls: it comes back, and its next check is not long overdue.
	 */
	synchronized boolean isPolling(long nowNanos) {
		return isEstablished() && !isGone(nowNanos);
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
