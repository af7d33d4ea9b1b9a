package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;

/** Time that passes when a test says so. */
final class FakeTime implements TimeSource {

	private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1_000); // overflows
																				// soon

	private final TreeMap<Long, CompletableFuture<Void>> timers = new TreeMap<>();

	@Override
	public long nanoTime() {
		return this.nanos.get();
	}

	@Override
	public synchronized CompletableFuture<Void> in(Duration delay) {
		if (delay.isZero()) {
			return CompletableFuture.completedFuture(null);
		}
		// By the distance from now, because the time itself overflows.
		return this.timers.computeIfAbsent(passed() + delay.toNanos(), (at) -> new CompletableFuture<>()).copy();
	}

	void advance(Duration duration) {
		this.nanos.addAndGet(duration.toNanos());
		CompletableFuture<Void> due = nextDue();
		while (due != null) {
			due.complete(null);
			due = nextDue();
		}
	}

	/** Returns how many moments are waited for. */
	synchronized int timers() {
		return this.timers.size();
	}

	/** Returns how far away the next moment is that is waited for. */
	synchronized Duration untilNext() {
		return Duration.ofNanos(this.timers.isEmpty() ? Long.MAX_VALUE : this.timers.firstKey() - passed());
	}

	private long passed() {
		return this.nanos.get() - (Long.MAX_VALUE - 1_000);
	}

	private synchronized @Nullable CompletableFuture<Void> nextDue() {
		Map.Entry<Long, CompletableFuture<Void>> first = this.timers.firstEntry();
		return (first != null && first.getKey() <= passed()) ? this.timers.remove(first.getKey()) : null;
	}

}
