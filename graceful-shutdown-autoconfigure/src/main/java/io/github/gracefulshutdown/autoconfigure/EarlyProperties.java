package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;

import org.springframework.boot.convert.DurationStyle;
import org.springframework.core.env.Environment;

/**
 * Reads what has to be known before the first bean: how the process ends if it is told to
 * before there are any. It is little, because it takes time from the start.
 */
final class EarlyProperties {

	private static final String PREFIX = "graceful.shutdown.";

	private static final Duration LONGEST = Duration.ofDays(1);

	private EarlyProperties() {
	}

	/**
	 * Returns the properties, with defaults for what is not needed yet, and for all of
	 * them if a value makes no sense: it stops the start in a moment, with an analysis.
	 */
	static GracefulShutdownProperties of(Environment environment) {
		try {
			GracefulShutdownProperties properties = new GracefulShutdownProperties();
			properties.setTimeout(duration(environment, "timeout", properties.getTimeout()));
			properties.setTerminationMessagePath(environment.getProperty(PREFIX + "termination-message-path",
					properties.getTerminationMessagePath()));
			GracefulShutdownProperties.ForceExit forceExit = properties.getForceExit();
			forceExit.setEnabled(
					environment.getProperty(PREFIX + "force-exit.enabled", Boolean.class, forceExit.isEnabled()));
			forceExit.setExitCode(
					environment.getProperty(PREFIX + "force-exit.exit-code", Integer.class, forceExit.getExitCode()));
			GracefulShutdownProperties.SecondSignal secondSignal = properties.getSecondSignal();
			secondSignal.setGrace(duration(environment, "second-signal.grace", secondSignal.getGrace()));
			secondSignal.setSignals(List.of(environment.getProperty(PREFIX + "second-signal.signals", String[].class,
					secondSignal.getSignals().toArray(String[]::new))));
			return properties;
		}
		catch (RuntimeException ex) {
			return new GracefulShutdownProperties();
		}
	}

	private static Duration duration(Environment environment, String name, Duration byDefault) {
		String value = environment.getProperty(PREFIX + name);
		if (value == null) {
			return byDefault;
		}
		Duration duration = DurationStyle.detectAndParse(value, ChronoUnit.SECONDS);
		if (duration.isNegative() || duration.compareTo(LONGEST) > 0) {
			throw new IllegalArgumentException(name + ": " + value + " (expected: >= 0 and <= " + LONGEST + ")");
		}
		return duration;
	}

}
