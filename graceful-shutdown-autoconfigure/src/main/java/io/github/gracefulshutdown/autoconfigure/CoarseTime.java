package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;

/**
 * Monotonic time in nanoseconds that is up to {@link #RESOLUTION} old and costs no more
 * than to read a field: the clock is read once in that time, whoever asks. While nobody
 * asks, nothing runs. Safe for use by many threads.
 */
final class CoarseTime implements LongSupplier {

	static final Duration RESOLUTION = Duration.ofMillis(10);

	/** How many times in a row nobody has asked until nothing runs any more. */
	static final int IDLE_TICKS = 100;

	// Has the clock read again. Should the clock show it, that does no harm.
	private static final long UNKNOWN = Long.MIN_VALUE;

	private final TimeSource time;

	private final AtomicBoolean ticking = new AtomicBoolean();

	private volatile long nanos = UNKNOWN;

	private int idleTicks; // of the thread that ticks

	CoarseTime(TimeSource time) {
		this.time = time;
	}

	@Override
	public long getAsLong() {
		long known = this.nanos;
		return (known != UNKNOWN) ? known : readClock();
	}

	private long readClock() {
		long now = this.time.nanoTime();
		this.nanos = now;
		if (!this.ticking.get()) {
			beginToTick();
		}
		return now;
	}

	private void beginToTick() {
		if (this.ticking.compareAndSet(false, true)) {
			this.idleTicks = 0;
			tickLater();
		}
	}

	@SuppressWarnings("FutureReturnValueIgnored") // nothing depends on the tick
	private void tickLater() {
		this.time.in(RESOLUTION).thenRun(this::tick);
	}

	private void tick() {
		this.idleTicks = (this.nanos == UNKNOWN) ? this.idleTicks + 1 : 0;
		this.nanos = UNKNOWN;
		if (this.idleTicks < IDLE_TICKS) {
			tickLater();
			return;
		}
		this.ticking.set(false);
		if (this.nanos != UNKNOWN) { // somebody has asked who still saw it tick
			beginToTick();
		}
	}

}
