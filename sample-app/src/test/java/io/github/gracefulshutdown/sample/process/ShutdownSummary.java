package io.github.gracefulshutdown.sample.process;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The line with which the starter ends a shutdown.
 *
 * @param outcome the outcome
 * @param total the time of all steps
 * @param steps the time of each step by its name
 * @param stragglers how many requests arrived after the instance was announced as leaving
 * @param rejected how many requests were refused
 * @param leftInFlight how many requests were not finished
 */
public record ShutdownSummary(String outcome, Duration total, Map<String, Duration> steps, int stragglers, int rejected,
		int leftInFlight) {

	private static final Pattern LINE = Pattern.compile("Graceful shutdown ended (\\w+) after (\\d+) ms: (.+); "
			+ "(\\d+) stragglers, (\\d+) rejected, (\\d+) left in flight");

	private static final Pattern STEP = Pattern.compile("([a-z ]+) (\\d+) ms(?:, )?");

	static List<ShutdownSummary> allIn(String log) {
		return LINE.matcher(log).results().map(ShutdownSummary::of).toList();
	}

	private static ShutdownSummary of(MatchResult line) {
		Map<String, Duration> steps = STEP.matcher(line.group(3))
			.results()
			.collect(Collectors.toMap((step) -> step.group(1), (step) -> millis(step.group(2))));
		return new ShutdownSummary(line.group(1), millis(line.group(2)), steps, Integer.parseInt(line.group(4)),
				Integer.parseInt(line.group(5)), Integer.parseInt(line.group(6)));
	}

	private static Duration millis(String number) {
		return Duration.ofMillis(Long.parseLong(number));
	}

}
