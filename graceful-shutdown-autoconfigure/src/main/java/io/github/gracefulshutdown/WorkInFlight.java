package io.github.gracefulshutdown;

import java.time.Duration;

/**
 * A piece of work that holds a permit, as seen at one moment.
 *
 * @param kind the kind of work, such as {@code http} or {@code grpc}
 * @param description what the work is, such as {@code GET /orders}
 * @param age the time since the permit was issued
 * @param thread the thread that entered, or went on with the work
 */
public record WorkInFlight(String kind, String description, Duration age, Thread thread) {
}
