package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/**
 * How long a shutdown and its steps may take: as long as was set, and where nothing was
 * set as long as the platform allows, once that is known.
 * <ul>
 * <li>A grace period that is known to be longer lets the whole, the lame duck and the
 * drain last longer. They still end when nobody comes and nothing is in flight any
 * more.</li>
 * <li>A grace period that is set and is shorter cuts the whole, also where that was set;
 * one that was read cuts only what was not set.</li>
 * <li>Where none is known, everything is as it was set, or as by default.</li>
 * </ul>
 * A shutdown reads it when it begins, and its steps when they do. Safe for use by many
 * threads.
 */
final class Budget {

	/** The report of a process that is halted, and the exit of the JVM. */
	static final Duration EXIT = Duration.ofSeconds(1);

	// What a longer budget leaves of the grace period, as 25 of 30 seconds do.
	private static final Duration MARGIN = Duration.ofSeconds(5);

	private static final String PREFIX = "graceful.shutdown.";

	private final GracefulShutdownProperties properties;

	private final Predicate<String> isSet;

	private volatile Times times;

	/**
	 * Creates a budget from what is set.
	 * @param isSet whether a property is set
	 */
	Budget(GracefulShutdownProperties properties, Predicate<String> isSet) {
		this.properties = properties;
		this.isSet = (name) -> isSet.test(PREFIX + name);
		Duration gracePeriod = properties.getPlatform().getGracePeriod();
		this.times = (gracePeriod != null) ? within(gracePeriod, properties.getPlatform().getPreStop(), true)
				: within(null, Duration.ZERO, false);
	}

	/**
	 * Follows a grace period that was read from the platform, unless one is set.
	 * @param preStop what passes of it before the process gets its signal
	 */
	void follow(Duration gracePeriod, Duration preStop) {
		if (this.properties.getPlatform().getGracePeriod() == null) {
			this.times = within(gracePeriod, preStop, false);
		}
	}

	/** Returns the times by what is known now. They belong together. */
	Times times() {
		return this.times;
	}

	private Times within(@Nullable Duration gracePeriod, Duration preStop, boolean cutsWhatIsSet) {
		Duration asSet = this.properties.getTimeout();
		Duration fitting = (gracePeriod != null) ? fitting(gracePeriod, preStop) : null;
		if (gracePeriod == null || fitting == null) {
			return new Times(asSet, lameDuck().getMaximum(), lameDuck().getQuietPeriod(), drainAsSet(), null);
		}
		Duration timeout = asSet;
		if (fitting.compareTo(asSet) < 0) {
			timeout = (cutsWhatIsSet || !isSet("timeout")) ? fitting : asSet;
		}
		else if (!isSet("timeout")) {
			timeout = longer(asSet, gracePeriod.minus(preStop).minus(MARGIN));
		}
		Duration maximum = lameDuckMaximum(shorter(timeout, fitting), asSet);
		return new Times(timeout, maximum, quietPeriod(maximum), drain(shorter(timeout, fitting), maximum),
				gracePeriod);
	}

	/**
	 * Returns what is left for a shutdown, or {@code null} if there is nothing: a
	 * pre-stop that takes it all cannot be made up for here.
	 */
	private static @Nullable Duration fitting(Duration gracePeriod, Duration preStop) {
		Duration allowed = gracePeriod.minus(preStop);
		Duration fitting = allowed.minus(shorter(EXIT, allowed.dividedBy(2)));
		return (fitting.compareTo(Duration.ZERO) > 0) ? fitting : null;
	}

	/** Leaves the drain and the teardown what they have, or the same share of less. */
	private Duration lameDuckMaximum(Duration timeout, Duration asSet) {
		Duration maximum = lameDuck().getMaximum();
		if (isSet("lame-duck.maximum")) {
			return maximum;
		}
		return (timeout.compareTo(asSet) < 0)
				? shorter(maximum, timeout.multipliedBy(maximum.toMillis()).dividedBy(Math.max(1, asSet.toMillis())))
				: longer(maximum, timeout.minus(drainAsSet()).minus(this.properties.getTeardown().getTimeout()));
	}

	/**
	 * Takes callers to have left later where there is more time for them: those that come
	 * seldom are not to be overlooked.
	 */
	private Duration quietPeriod(Duration maximum) {
		Duration asSet = lameDuck().getQuietPeriod();
		return (isSet("lame-duck.quiet-period") || isSet("lame-duck.maximum")) ? asSet
				: longer(asSet, maximum.dividedBy(10));
	}

	/** Leaves work what the lame duck and the teardown do not need. */
	private Duration drain(Duration timeout, Duration lameDuckMaximum) {
		return isSet("drain.timeout") ? drainAsSet() : longer(drainAsSet(),
				timeout.minus(lameDuckMaximum).minus(this.properties.getTeardown().getTimeout()));
	}

	private GracefulShutdownProperties.LameDuck lameDuck() {
		return this.properties.getLameDuck();
	}

	private Duration drainAsSet() {
		return this.properties.getDrain().getTimeout();
	}

	private boolean isSet(String name) {
		return this.isSet.test(name);
	}

	private static Duration shorter(Duration one, Duration other) {
		return (one.compareTo(other) < 0) ? one : other;
	}

	private static Duration longer(Duration one, Duration other) {
		return (one.compareTo(other) > 0) ? one : other;
	}

	/**
	 * Times that belong together.
	 *
	 * @param timeout the time for the whole shutdown
	 * @param lameDuckMaximum the longest time to go on serving
	 * @param quietPeriod the time without callers after which they have left
	 * @param drain the longest time to wait for work in flight
	 * @param gracePeriod the grace period that they follow, or {@code null} if none is
	 * known
	 */
	record Times(Duration timeout, Duration lameDuckMaximum, Duration quietPeriod, Duration drain,
			@Nullable Duration gracePeriod) {
	}

}
