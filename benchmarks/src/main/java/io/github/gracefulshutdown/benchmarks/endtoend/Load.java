package io.github.gracefulshutdown.benchmarks.endtoend;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What wrk has measured, and what that has cost the service.
 *
 * @param requestsPerSecond the throughput
 * @param p99Millis the 99th percentile of the response times
 * @param processorMicros the time of a processor that the service has used for a request
 */
record Load(double requestsPerSecond, double p99Millis, double processorMicros) {

	private static final Pattern REQUESTS = Pattern.compile("([0-9]+)() requests in");

	private static final Pattern REQUESTS_PER_SECOND = Pattern.compile("Requests/sec:\\s+([0-9.]+)()");

	private static final Pattern P99 = Pattern.compile("99%\\s+([0-9.]+)(us|ms|s)\\b");

	private static final Pattern ERRORS = Pattern.compile("Socket errors.*|Non-2xx.*");

	/** Puts load on the service by 16 connections. */
	static Load put(URI uri, ProcessHandle service, int seconds) throws IOException, InterruptedException {
		Duration before = processorTime(service);
		Process wrk = new ProcessBuilder("wrk", "--threads=1", "--connections=16", "--duration=" + seconds, "--latency",
				uri.toString())
			.redirectErrorStream(true)
			.start();
		String output = new String(wrk.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		if (wrk.waitFor() != 0 || ERRORS.matcher(output).find()) {
			throw new IllegalStateException("wrk failed: " + output);
		}
		double processorMicros = processorTime(service).minus(before).toNanos() / 1000.0 / number(REQUESTS, output);
		return new Load(number(REQUESTS_PER_SECOND, output), number(P99, output), processorMicros);
	}

	private static Duration processorTime(ProcessHandle service) {
		return service.info().totalCpuDuration().orElseThrow();
	}

	private static double number(Pattern pattern, String output) {
		Matcher matcher = pattern.matcher(output);
		if (!matcher.find()) {
			throw new IllegalStateException("Not understood: " + output);
		}
		double number = Double.parseDouble(matcher.group(1));
		return switch (matcher.group(2)) {
			case "us" -> number / 1000;
			case "s" -> number * 1000;
			default -> number;
		};
	}

}
