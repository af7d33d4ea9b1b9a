package io.github.gracefulshutdown.autoconfigure;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.context.ConfigurableApplicationContext;

/**
 * The contexts of a process, which share the time of its shutdown: that of the one that
 * has the most.
 */
final class ContextShutdowns {

	private static final Logger logger = LoggerFactory.getLogger(ContextShutdowns.class);

	// An array, because the thread that halts reads it and allocates nothing.
	private volatile ContextShutdown[] contexts = {};

	synchronized void add(ContextShutdown context) {
		List<ContextShutdown> changed = new ArrayList<>(all());
		changed.add(context);
		this.contexts = changed.toArray(ContextShutdown[]::new);
	}

	synchronized void remove(ContextShutdown context) {
		List<ContextShutdown> changed = new ArrayList<>(all());
		changed.remove(context);
		this.contexts = changed.toArray(ContextShutdown[]::new);
	}

	List<ContextShutdown> all() {
		return List.of(this.contexts);
	}

	@Nullable ContextShutdown find(ConfigurableApplicationContext context) {
		return Stream.of(this.contexts).filter((one) -> one.isOf(context)).findAny().orElse(null);
	}

	/**
	 * Tells all contexts that the process goes down, and then has them drain, side by
	 * side. One that cannot be told, for want of memory, has its time nevertheless.
	 */
	void goingDown(long nowNanos) {
		for (ContextShutdown context : this.contexts) {
			guarded(() -> context.goingDown(nowNanos));
		}
		guarded(this::agreeOnEnd);
		for (ContextShutdown context : this.contexts) {
			guarded(context::drainAhead);
		}
	}

	private static void guarded(Runnable step) {
		try {
			step.run();
		}
		catch (RuntimeException ex) {
			logger.warn("A context could not be told that the process goes down; its deadline holds", ex);
		}
		catch (Error ex) {
			// There may be no memory left to say so: the others have to hear of it.
		}
	}

	/** Tells all contexts that end by when the last of them has to be over. */
	void agreeOnEnd() {
		Deadline latest = latest();
		if (latest == null) {
			return;
		}
		for (ContextShutdown context : this.contexts) {
			if (context.deadline() != null) {
				context.exitBy(latest);
			}
		}
	}

	/** Returns the deadline of the context that has the most time, if one ends. */
	@Nullable Deadline latest() {
		Deadline latest = null;
		for (ContextShutdown context : this.contexts) {
			Deadline one = context.deadline();
			if (one != null && (latest == null || one.isAfter(latest))) {
				latest = one;
			}
		}
		return latest;
	}

	/** Returns whether the process may be halted: not if one context has it forbidden. */
	boolean isForced() {
		for (ContextShutdown context : this.contexts) {
			if (!context.isForced()) {
				return false;
			}
		}
		return true;
	}

	/** Returns the nanoseconds that are left to the process. It allocates nothing. */
	long nanosLeft(long now, long sinceNanos) {
		long most = Long.MIN_VALUE;
		for (ContextShutdown context : this.contexts) {
			most = Math.max(most, context.nanosLeft(now, sinceNanos));
		}
		return most;
	}

	/** Returns how long before the end the resources are released at the latest. */
	long lateTeardownNanos() {
		long most = 0;
		for (ContextShutdown context : this.contexts) {
			most = Math.max(most, context.lateTeardownNanos());
		}
		return most;
	}

	int exitCode() {
		return this.contexts[0].exitCode();
	}

	void releaseLate() {
		for (ContextShutdown context : this.contexts) {
			context.releaseLate();
		}
	}

}
