package io.github.gracefulshutdown.autoconfigure.caller;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.Supplier;

import io.github.gracefulshutdown.autoconfigure.ForeignText;
import io.github.gracefulshutdown.autoconfigure.caller.LeavingInstances.Mark;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One call of a service, over all the instances that it goes to. Not for use by two
 * threads at a time.
 */
final class Call {

	private static final Logger logger = LoggerFactory.getLogger(Call.class);

	private final String name;

	private final CalledService service;

	private final LeavingInstances leaving;

	private final Predicate<CalledInstance> connectable;

	private final int maxInstances;

	private final List<CalledInstance> tried = new ArrayList<>(1);

	// An answer takes back only what was said before it was asked for.
	private final Map<LeavingInstances.Key, Mark> before;

	private Supplier<List<CalledInstance>> offered = List::of;

	Call(String name, CalledService service, LeavingInstances leaving, Predicate<CalledInstance> connectable,
			int maxInstances) {
		this.name = name;
		this.service = service;
		this.leaving = leaving;
		this.connectable = connectable;
		this.maxInstances = maxInstances;
		this.before = leaving.marks();
		service.budget().call();
	}

	/** Returns the name of the service that is called. */
	String service() {
		return this.name;
	}

	/** Takes note of the instance that the call goes to now, or has gone to. */
	void goesTo(CalledInstance instance) {
		this.tried.add(instance);
	}

	boolean hasTried(CalledInstance instance) {
		for (CalledInstance one : this.tried) {
			if (one.isAt(instance)) {
				return true;
			}
		}
		return false;
	}

	boolean hasTriedAny() {
		return !this.tried.isEmpty();
	}

	/** Takes note of the instances that the call can go to. */
	void isOffered(Supplier<List<CalledInstance>> instances) {
		this.offered = instances;
	}

	/** Returns whether an instance was on offer that the call was not at. */
	boolean knowsAnother() {
		return this.offered.get().stream().anyMatch((instance) -> !hasTried(instance));
	}

	/**
	 * Acts on what the answer says of the instance that gave it.
	 * @param notice the notice, if there is one
	 * @return whether it proves that the call was not executed
	 */
	boolean isRefusedBy(@Nullable Notice notice) {
		CalledInstance called = called();
		if (called == null) {
			return false;
		}
		if (notice == null) {
			Mark said = this.leaving.find(called, this.before);
			if (said != null) {
				this.leaving.forget(called, said);
				logger.debug("Calling {} again: it has answered without saying that it leaves", called);
			}
			return false;
		}
		if (!notice.speaksOf(called)) {
			logger.debug("Ignored the notice of {} for {}: it speaks of another instance",
					ForeignText.of(String.valueOf(notice.id())), called);
			return false;
		}
		if (this.leaving.mark(called, notice)) {
			this.service.evicted().increment();
			logger.debug("Skipping {} from now on: it has said that it leaves", called);
		}
		return notice.refused();
	}

	/**
	 * Acts on the failure of the call. A connection that did not come about may be that
	 * to where the instance has redirected the call, once it was executed, so the
	 * instance is asked for one as well. That may block.
	 * @param failure what the call has failed with
	 * @return whether it proves that the call was not executed
	 */
	boolean isRefusedBy(Throwable failure) {
		CalledInstance called = called();
		if (called == null || !ConnectFailure.isCauseOf(failure)) {
			return false;
		}
		if (this.connectable.test(called)) {
			logger.debug("Passing on that a call found no connection: there is one to {} ({})", called,
					failure.toString());
			return false;
		}
		if (this.leaving.markUnreachable(called)) {
			this.service.evicted().increment();
			logger.debug("Skipping {} for a while: it cannot be reached ({})", called, failure.toString());
		}
		return true;
	}

	/**
	 * Decides whether a call that was not executed goes to another instance, and takes
	 * that out of the budget.
	 * @param possible whether there is another instance, and a body to send it
	 * @return {@code false} if the answer, or the failure, has to be passed on
	 */
	boolean retries(boolean possible) {
		if (possible && this.tried.size() < this.maxInstances && this.service.budget().tryRetry()) {
			this.service.retried().increment();
			logger.debug("Sending a call of {} elsewhere: {} has not executed it", service(), called());
			return true;
		}
		this.service.exhausted().increment();
		logger.debug("Passing on that {} has not executed a call after {} of {} instances: {}", called(),
				this.tried.size(), this.maxInstances,
				possible ? "that is all, or all that the budget allows" : "it cannot go elsewhere");
		return false;
	}

	private @Nullable CalledInstance called() {
		return this.tried.isEmpty() ? null : this.tried.get(this.tried.size() - 1);
	}

}
