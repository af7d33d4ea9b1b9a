package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;

/**
 * One that polls the health of this instance, such as a load balancer: how often, and
 * what it has been told. Safe for use by many threads.
 */
final class Prober {

	// Checks come late when the machine is busy, and a load balancer may change its pace.
	private static final Duration GRACE = Duration.ofSeconds(1);

	/*
	 * Slower than load balancers ask by default (those of AWS every 30 seconds) and
	 * quicker than monitoring does, which asks every minute.
	 */
	private static final Duration SLOWEST = Duration.ofSeconds(45);

	private final String name;

	private final String network;

	private final boolean kubelet;

	private boolean local;

	// As long as only tools for the command line have asked.
	private boolean byHand = true;

	private long checks;

	private long successes;

	private int refusalsInARow;

	private long lastNanos;

	// Of the last check, or of the one that was refused often enough.
	private long toldNanos;

	private long intervalNanos;

	private long shortestGapNanos = Long.MAX_VALUE;

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

	/** Notes who has sent a check. */
	synchronized void sentBy(boolean local, boolean byHand) {
		this.local = local;
		this.byHand &= byHand;
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
		if (this.checks > 0) {
			this.shortestGapNanos = Math.min(this.shortestGapNanos, gap);
		}
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
	 * Returns whether it comes back: it was told more than once that this instance is
	 * well. One who waits for the start of the instance stops asking when he hears it for
	 * the first time.
	 */
	synchronized boolean isEstablished() {
		return this.successes > 1;
	}

	/**
	 * Returns whether it polls: it comes back, and its next check is not long overdue.
	 */
	synchronized boolean isPolling(long nowNanos) {
		return isEstablished() && !isGone(nowNanos);
	}

	/**
	 * Returns whether it makes a difference to wait for it: it can have been refused as
	 * often as it takes before the lame duck ends, and somebody is told by it. Who asks
	 * from this machine by a tool for the command line is the health check of a
	 * container, which takes nobody out; so may be who asks from there so seldom that the
	 * lame duck would not have lasted for it by itself. It is taken to be as quick as it
	 * has ever been: checks come late on a busy machine, and never early.
	 * @param refusals how often in a row it has to be refused
	 * @param maximum how long the lame duck lasts
	 * @param localMaximum how long it lasts at most for a prober on this machine
	 */
	synchronized boolean isWorthWaitingFor(int refusals, Duration maximum, Duration localMaximum) {
		if (this.local && this.byHand) {
			return false;
		}
		Duration shortest = Duration.ofNanos(this.shortestGapNanos);
		Duration needed = shortest.multipliedBy(Math.max(0, refusals - this.refusalsInARow));
		return shortest.compareTo(SLOWEST) < 0
				&& needed.compareTo((this.local && localMaximum.compareTo(maximum) < 0) ? localMaximum : maximum) <= 0;
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
