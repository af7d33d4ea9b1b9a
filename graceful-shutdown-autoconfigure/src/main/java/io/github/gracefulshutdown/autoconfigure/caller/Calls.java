package io.github.gracefulshutdown.autoconfigure.caller;

import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/** What all calls to other services have in common, whatever they are made with. */
final class Calls {

	private final LeavingInstances leaving;

	private final CalledServices services;

	private final Predicate<CalledInstance> connectable;

	private final int maxInstances;

	/**
	 * Creates what all calls have in common.
	 * @param nanoTime the time
	 * @param connectable asks whether an instance can be connected to, and may block
	 * @param evictionTime how long an instance is skipped that said that it leaves
	 * @param maxInstances how many instances a call goes to at most
	 * @param retryBudget the retries for each call, from 0 to 1
	 */
	Calls(LongSupplier nanoTime, Predicate<CalledInstance> connectable, Duration evictionTime, int maxInstances,
			double retryBudget) {
		this.leaving = new LeavingInstances(nanoTime, evictionTime);
		this.services = new CalledServices(retryBudget);
		this.connectable = connectable;
		this.maxInstances = maxInstances;
	}

	/** Begins a call, which pays its share into the budget of the service. */
	Call begin(String service) {
		return new Call(service, this.services.get(service), this.leaving, this.connectable, this.maxInstances);
	}

	LeavingInstances leaving() {
		return this.leaving;
	}

	CalledServices services() {
		return this.services;
	}

}
