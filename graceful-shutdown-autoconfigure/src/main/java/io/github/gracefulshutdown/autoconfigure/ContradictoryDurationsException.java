package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;
import java.time.temporal.ChronoUnit;

import org.springframework.boot.convert.DurationStyle;

/** Thrown when a duration is longer than the one it has to fit into. */
final class ContradictoryDurationsException extends RuntimeException {

	private final String partKey;

	private final String wholeKey;

	ContradictoryDurationsException(String partKey, Duration part, String wholeKey, Duration whole) {
		super("'%s' is %s but '%s' is %s".formatted(partKey, print(part), wholeKey, print(whole)));
		this.partKey = partKey;
		this.wholeKey = wholeKey;
	}

	private static String print(Duration duration) {
		ChronoUnit unit = (duration.toMillisPart() == 0) ? ChronoUnit.SECONDS : ChronoUnit.MILLIS;
		return DurationStyle.SIMPLE.print(duration, unit);
	}

	String getAction() {
		return "Lower '%s' or raise '%s', so that the first fits into the second.".formatted(this.partKey,
				this.wholeKey);
	}

}
