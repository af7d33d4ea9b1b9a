package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * When a lame duck began and what it waits for.
 *
 * @param startNanos the monotonic time of its begin
 * @param minimum the time for which it lasts at least
 * @param spread the time over which the connections are closed: the minimum, or the time
 * that the probers are expected to take if that is longer
 * @param probers the probers that it waits for
 */
record LameDuckWindow(long startNanos, Duration minimum, Duration spread, ProberWatch probers) {

	/** Returns how much of the spread is over, from 0 to 1. */
	double elapsedShare(long nowNanos) {
		long spreadNanos = this.spread.toNanos();
		return (spreadNanos == 0) ? 1 : Math.min(1, (double) (nowNanos - this.startNanos) / spreadNanos);
	}

	boolean isMinimumOver(long nowNanos) {
		return nowNanos - this.startNanos >= this.minimum.toNanos();
	}

	/** Returns a phrase for everything that the lame duck waits for now. */
	List<String> waitingFor(long nowNanos) {
		Duration rest = this.minimum.minusNanos(nowNanos - this.startNanos);
		List<String> waitingFor = new ArrayList<>(this.probers.waitingFor());
		if (rest.compareTo(Duration.ZERO) > 0) {
			waitingFor.add(0, "the minimum of the lame duck, %d ms more".formatted(rest.toMillis()));
		}
		return waitingFor.isEmpty() ? List.of("callers to be quiet") : waitingFor;
	}

}
