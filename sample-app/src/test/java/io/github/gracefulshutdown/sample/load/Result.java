package io.github.gracefulshutdown.sample.load;

/**
 * A request and what became of it.
 *
 * @param call the request
 * @param outcome the outcome
 * @param nanos the time from when the request was due to its outcome
 */
public record Result(Call call, Outcome outcome, long nanos) {
}
