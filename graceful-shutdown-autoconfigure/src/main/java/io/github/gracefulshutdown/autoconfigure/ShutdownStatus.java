package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.github.gracefulshutdown.Outcome;
import io.github.gracefulshutdown.Stage;
import org.jspecify.annotations.Nullable;

/**
 * Where an instance stands at one moment.
 *
 * @param stage the stage
 * @param outcome how the drain ended, or {@code null} if it has not ended
 * @param inFlight the number of pieces of work in flight for each kind
 * @param remaining the time until the deadline, or {@code null} while serving
 * @param withdrawn the registrations and other announcements that were left
 * @param waitingFor what holds the drain up, in sentences; work in flight is listed one
 * by one, the oldest first
 * @param report what was stuck when the time for the drain was over, or {@code null} if
 * nothing was
 */
public record ShutdownStatus(Stage stage, @Nullable Outcome outcome, Map<String, Long> inFlight,
		@Nullable Duration remaining, List<String> withdrawn, List<String> waitingFor,
		@Nullable ShutdownReport report) {
}
