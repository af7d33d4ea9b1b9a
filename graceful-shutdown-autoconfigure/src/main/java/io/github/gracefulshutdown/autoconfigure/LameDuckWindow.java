package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;

/**
 * When a lame duck began and how long it lasts at least.
 *
 * @param startNanos the monotonic time of its begin
 * @param minimum the time for which it lasts at least
 */
record LameDuckWindow(long startNanos, Duration minimum) {

	/** Returns how much of the minimum is over, from 0 to 1. */
	double elapsedShare(long nowNanos) {
		long minimumNanos = this.minimum.toNanos();
		return (minimumNanos == 0) ? 1 : Math.min(1, (double) (nowNanos - this.startNanos) / minimumNanos);
	}

}
