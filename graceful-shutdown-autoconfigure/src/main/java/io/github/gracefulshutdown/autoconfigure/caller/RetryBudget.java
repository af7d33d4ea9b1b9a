package io.github.gracefulshutdown.autoconfigure.caller;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds retries to a share of the calls, so that a service that is refused everywhere
 * gets little more load than it had.
 * <ul>
 * <li>Retries are at most the share of all calls, and {@value #RESERVE} more.</li>
 * <li>What is left by quiet times pays for at most {@value #MOST} retries at once.</li>
 * <li>A share of zero allows none.</li>
 * </ul>
 * Safe for use by many threads; it has no lock, and a full one is only read.
 */
final class RetryBudget {

	static final int RESERVE = 10;

	static final int MOST = 100;

	private static final long RETRY = 1_000_000;

	private final long deposit;

	private final AtomicLong balance;

	/**
	 * Creates a budget.
	 * @param share the retries for each call, from 0 to 1
	 */
	RetryBudget(double share) {
		this.deposit = Math.round(share * RETRY);
		this.balance = new AtomicLong((this.deposit > 0) ? RESERVE * RETRY : 0);
	}

	/** Adds the share of one call. */
	void call() {
		if (this.deposit > 0 && this.balance.get() < MOST * RETRY) {
			this.balance.getAndUpdate((current) -> Math.min(current + this.deposit, MOST * RETRY));
		}
	}

	/**
	 * Takes one retry out.
	 * @return {@code false} if there is none left
	 */
	boolean tryRetry() {
		long before = this.balance.getAndUpdate((current) -> (current >= RETRY) ? current - RETRY : current);
		return before >= RETRY;
	}

}
