package io.github.gracefulshutdown.autoconfigure.registry;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/**
 * The entry that one Eureka client makes and renews.
 * <ul>
 * <li>Its removal is sent after everything that could make it again was answered.</li>
 * <li>Nothing that could make it again is sent once it was removed.</li>
 * </ul>
 */
final class EurekaEntry {

	private static final int MOST_HALVINGS = 10;

	private final EurekaDeparture departure;

	// What makes or renews the entry shares it, its removal has it alone.
	private final ReentrantReadWriteLock requests = new ReentrantReadWriteLock();

	private final AtomicBoolean inspected = new AtomicBoolean();

	private final AtomicInteger attempts = new AtomicInteger();

	private volatile boolean removed;

	EurekaEntry(EurekaDeparture departure) {
		this.departure = departure;
	}

	boolean isLeaving() {
		return this.departure.isLeaving();
	}

	/** Returns {@code true} for the first who asks. */
	boolean inspect() {
		return this.inspected.compareAndSet(false, true);
	}

	/** Sends what makes or renews the entry, or returns the answer to do without. */
	<T> T unlessRemoved(Supplier<T> request, T otherwise) {
		this.requests.readLock().lock();
		try {
			return this.removed ? otherwise : request.get();
		}
		finally {
			this.requests.readLock().unlock();
		}
	}

	/**
	 * Sends what removes the entry, and waits for the answer for a while. A request that
	 * hangs does not keep it back for long. The client sends it to one server after the
	 * other, so that each attempt has half of the time that is left.
	 */
	<T> T remove(Supplier<T> request) {
		this.removed = true;
		Duration share = this.departure.patience()
			.dividedBy(1L << Math.min(this.attempts.incrementAndGet(), MOST_HALVINGS));
		boolean alone = awaitRequests(share);
		try {
			return this.departure.send(request, share);
		}
		finally {
			if (alone) {
				this.requests.writeLock().unlock();
			}
		}
	}

	private boolean awaitRequests(Duration share) {
		try {
			return this.requests.writeLock().tryLock(share.toNanos(), TimeUnit.NANOSECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return false;
		}
	}

}
