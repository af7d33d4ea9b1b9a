package io.github.gracefulshutdown.autoconfigure.caller;

import java.util.concurrent.atomic.LongAdder;

/** A service that is called: its budget for retries, and what was counted. */
final class CalledService {

	private final String name;

	private final RetryBudget budget;

	private final LongAdder evicted = new LongAdder();

	private final LongAdder retried = new LongAdder();

	private final LongAdder exhausted = new LongAdder();

	CalledService(String name, double retryBudget) {
		this.name = name;
		this.budget = new RetryBudget(retryBudget);
	}

	String name() {
		return this.name;
	}

	RetryBudget budget() {
		return this.budget;
	}

	LongAdder evicted() {
		return this.evicted;
	}

	LongAdder retried() {
		return this.retried;
	}

	LongAdder exhausted() {
		return this.exhausted;
	}

}
