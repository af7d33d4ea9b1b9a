package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * How long the platform waits for the end of the process.
 *
 * @param value the time until it kills the process
 * @param isKnown whether the platform has said so, and it is not only what it does unless
 * told otherwise
 * @param origin what the time is, as the beginning of a sentence
 * @param platform the platform
 * @param preStop what passes of the time before the signal, or {@code null} if the
 * platform does not tell
 */
record GracePeriod(Duration value, boolean isKnown, String origin, @Nullable Platform platform,
		@Nullable Duration preStop) {

	private static final String ANY = "the grace period of the platform to %1$d seconds (terminationGracePeriodSeconds: %1$d, "
			+ "stop_grace_period: %1$ds, TimeoutStopSec=%1$d)";

	/** Returns the line that sets it. */
	String setting(long seconds) {
		return (this.platform != null) ? this.platform.setting(seconds) : ANY.formatted(seconds);
	}

}
