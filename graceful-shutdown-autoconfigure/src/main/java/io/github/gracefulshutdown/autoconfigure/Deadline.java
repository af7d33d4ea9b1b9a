package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;

/** Moment that is fixed once and by which something has to be over. */
final class Deadline {

	private final TimeSource time;

	private final long atNanos;

	private Deadline(TimeSource time, long atNanos) {
		this.time = time;
		this.atNanos = atNanos;
	}

	static Deadline in(Duration duration, TimeSource time) {
		return new Deadline(time, time.nanoTime() + duration.toNanos());
	}

	Deadline earlier(Duration by) {
		return new Deadline(this.time, this.atNanos - by.toNanos());
	}

	boolean isAfter(Deadline other) {
		return this.atNanos - other.atNanos > 0;
	}

	/** Returns the nanoseconds that are left then, negative when it has passed. */
	long nanosLeft(long now) {
		return this.atNanos - now;
	}

	/** Returns the time that is left, never negative. */
	Duration remaining() {
		return Duration.ofNanos(Math.max(0, nanosLeft(this.time.nanoTime())));
	}

	/** Returns the given time, or what is left if that is less. */
	Duration atMost(Duration duration) {
		Duration remaining = remaining();
		return (duration.compareTo(remaining) < 0) ? duration : remaining;
	}

}
