package io.github.gracefulshutdown.sample.process;

import java.time.Duration;
import java.util.List;

/**
 * How an instance was stopped.
 *
 * @param name the name of the instance
 * @param exitCode the exit code of its process
 * @param duration the time from SIGTERM to the exit
 * @param summaries what the starter logged at the end: one, none if it was off
 */
public record Stop(String name, int exitCode, Duration duration, List<ShutdownSummary> summaries) {

	/** The exit code of a JVM that ended by itself after SIGTERM. */
	public static final int TERMINATED = 143;

}
