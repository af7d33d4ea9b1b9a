package io.github.gracefulshutdown;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

/**
 * Gate that counts work in flight and tells when, once closed, the last of it has left.
 * <ul>
 * <li>No permit is issued once {@link #close()} has returned, until
 * {@link #reopen()}.</li>
 * <li>{@link #drained()} completes exactly when the gate is closed and every permit
 * issued, also before an earlier close, has been given back.</li>
 * <li>Giving a permit back twice counts once, and any thread may do it.</li>
 * </ul>
 * It owns no thread and never waits: {@code drained} completes in the thread that closes
 * the gate or gives the last permit back. Safe for use by many threads.
 */
public final class DrainGate {

	/*
	 * One word holds both facts: the sign bit says closed, the other bits count permits.
	 * With a separate flag a thread could read "open", be descheduled, and count itself
	 * in after the drain was reported.
	 *
	 * The word reads CLOSED exactly while the gate is closed and empty. Whoever brings it
	 * there, by closing or by giving back the last permit, goes on to signal. Between
	 * that step and the signal another thread may reopen the gate, let work in and close
	 * it again, so the signal looks at the word once more under the monitor that close
	 * and reopen hold: it then still reads CLOSED, and this is the truth about the
	 * current close, or it does not, and whoever brings it there next will signal. No
	 * signal is early, none is lost.
	 */
	private static final long CLOSED = Long.MIN_VALUE;

	private final AtomicLong word = new AtomicLong();

	private final Set<Permit> permits = ConcurrentHashMap.newKeySet();

	private final LongSupplier nanoTime;

	private final Object monitor = new Object();

	// Guarded by the monitor; replaced when the gate is reopened.
	private CompletableFuture<Void> drained = new CompletableFuture<>();

	private volatile long lastActivityNanos;

	private volatile boolean used;

	/** Creates an open gate. */
	public DrainGate() {
		this(System::nanoTime);
	}

	/**
	 * Creates an open gate on the given time.
	 * @param nanoTime the monotonic time in nanoseconds
	 */
	public DrainGate(LongSupplier nanoTime) {
		this.nanoTime = nanoTime;
	}

	/**
	 * Asks for a permit for one piece of work.
	 * @param kind the kind of work, such as {@code http}; one of few
	 * @param description what the work is, for the report of what is in flight
	 * @return the permit, to be closed when the work has ended, or {@code null} if the
	 * gate is closed
	 */
	public @Nullable Permit tryEnter(String kind, String description) {
		long before = this.word.getAndUpdate((current) -> (current < 0) ? current : current + 1);
		if (before < 0) {
			return null;
		}
		long now = recordActivity();
		Permit permit = new Permit(this, kind, description, now);
		this.permits.add(permit);
		return permit;
	}

	void release(Permit permit) {
		this.permits.remove(permit);
		recordActivity();
		if (this.word.decrementAndGet() == CLOSED) {
			signalIfDrained();
		}
	}

	/**
	 * Closes the gate: from now on no permit is issued. Has no effect if it is closed.
	 */
	public void close() {
		long before;
		synchronized (this.monitor) {
			before = this.word.getAndUpdate((current) -> current | CLOSED);
		}
		if (before == 0) {
			signalIfDrained();
		}
	}

	/**
	 * Opens the gate again and cancels the {@link #drained()} of the close it undoes,
	 * unless that has completed. Has no effect if the gate is open.
	 */
	public void reopen() {
		CompletableFuture<Void> undone;
		synchronized (this.monitor) {
			if (this.word.get() >= 0) {
				return;
			}
			undone = this.drained;
			this.drained = new CompletableFuture<>();
			this.word.updateAndGet((current) -> current & ~CLOSED);
		}
		undone.cancel(false);
	}

	private void signalIfDrained() {
		CompletableFuture<Void> reached;
		synchronized (this.monitor) {
			if (this.word.get() != CLOSED) {
				return;
			}
			reached = this.drained;
		}
		reached.complete(null);
	}

	/**
	 * Returns a future of the current close, or of the next one if the gate is open. It
	 * completes when the gate is closed and empty, and is cancelled if the gate is
	 * reopened before.
	 * @return a copy of its own: completing it changes nothing for others
	 */
	public CompletableFuture<Void> drained() {
		synchronized (this.monitor) {
			return this.drained.copy();
		}
	}

	/**
	 * Returns how many permits are held.
	 * @return the number of pieces of work in flight
	 */
	public long inFlight() {
		return this.word.get() & ~CLOSED;
	}

	/**
	 * Returns how many permits of one kind are held.
	 * @param kind the kind of work
	 * @return the number of pieces of work of that kind in flight
	 */
	public long inFlight(String kind) {
		return this.permits.stream().filter((permit) -> permit.kind().equals(kind)).count();
	}

	/**
	 * Returns for how long nothing has been in flight and nothing has arrived.
	 * @return zero while work is in flight, else the time since the last permit was
	 * issued or given back; longer than any period if there was never a permit
	 */
	public Duration quietFor() {
		if (inFlight() > 0) {
			return Duration.ZERO;
		}
		return Duration.ofNanos(this.used ? this.nanoTime.getAsLong() - this.lastActivityNanos : Long.MAX_VALUE);
	}

	/**
	 * Returns what is in flight, the oldest first.
	 * @return a snapshot; work that enters or leaves meanwhile may be in it or not
	 */
	public List<WorkInFlight> workInFlight() {
		long now = this.nanoTime.getAsLong();
		return this.permits.stream()
			.map((permit) -> new WorkInFlight(permit.kind(), permit.description(),
					Duration.ofNanos(now - permit.sinceNanos()), permit.thread()))
			.sorted(Comparator.comparing(WorkInFlight::age).reversed())
			.toList();
	}

	private long recordActivity() {
		long now = this.nanoTime.getAsLong();
		this.lastActivityNanos = now;
		if (!this.used) {
			this.used = true;
		}
		return now;
	}

}
