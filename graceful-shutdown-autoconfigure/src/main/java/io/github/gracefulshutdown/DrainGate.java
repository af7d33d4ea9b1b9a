package io.github.gracefulshutdown;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * Gate that counts work in flight, knows what it is, and tells when, once closed, the
 * last of it has left.
 * <ul>
 * <li>No permit is issued once {@link #close()} has returned, until {@link #reopen()},
 * but to work that work in flight begins: see {@link #enter}.</li>
 * <li>{@link #drained()} completes exactly when the gate is closed and every permit
 * issued, also before an earlier close, has been given back.</li>
 * <li>Giving a permit back twice counts once, and any thread may do it.</li>
 * </ul>
 * It owns no thread and never waits: {@code drained} completes in the thread that closes
 * the gate or gives the last permit back. Safe for use by many threads, platform or
 * virtual. To refuse costs one read, however many try.
 */
public final class DrainGate {

	/*
	 * The work itself is the count. A thread that enters claims an empty slot of a table
	 * by compare-and-set, and the work stays there until the compare-and-set of its exit,
	 * which succeeds once, see Slot. Each thread has a home slot, by its number, and
	 * takes any other while that is occupied; so threads write to a word of others by
	 * chance only.
	 *
	 * No permit after close: a thread claims its slot first and reads 'closed' then;
	 * closing writes 'closed' first and reads the slots then. All of these are volatile,
	 * so at least one of the two sees the other: either the thread finds the gate closed
	 * and abandons the slot, or the claim is in the table before the pass over the table
	 * begins.
	 *
	 * Drained, never early: the pass goes over the table from the first slot on, waits at
	 * a slot that is not empty, and goes on when that has become so. What is behind it
	 * holds no work, because work does not move and the gate is closed. (A thread that
	 * has not seen the close yet may claim a slot there, and abandons it.) So when the
	 * pass is at the end every permit is back.
	 *
	 * Drained, never lost: the pass writes at which slot it is before it reads the slot;
	 * who empties a slot reads then at which slot the pass is. Again one of the two sees
	 * the other: either the pass finds the slot empty and goes on, or the thread finds
	 * the pass at its slot and moves it on. So all exits together cost one pass.
	 *
	 * Reopening ends the pass, and the next close begins another, which finds the work of
	 * earlier cycles in its slots. The pass is moved under the monitor, and so is the
	 * future chosen that its end completes: a thread that comes late to move a pass moves
	 * the current one, from where that is, or none.
	 *
	 * Work that work in flight begins may take a slot behind the pass. The pass is then
	 * taken back to that slot, under the monitor and if the outer permit is still held:
	 * it has not passed that one, so it is not at the end.
	 */

	private static final int INITIAL_SLOTS = 64;

	// How far apart the homes of two threads are that were created one after the other;
	// odd, so that as many such threads as there are slots have a home each.
	private static final int HOME_DISTANCE = 37;

	private static final int ATTEMPTS = 8;

	private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE / 2);

	private final LongSupplier nanoTime;

	private final Object monitor = new Object();

	// Its length is a power of two; replaced by a longer one with the same slots first.
	private volatile Slot[] table;

	private volatile boolean closed;

	// The index of the slot at which the pass is. Written under the monitor.
	private volatile int pass;

	// Guarded by the monitor; replaced when the gate is reopened.
	private CompletableFuture<Void> drained = new CompletableFuture<>();

	private final Set<String> kinds = ConcurrentHashMap.newKeySet();

	private final List<Consumer<? super String>> kindActions = new CopyOnWriteArrayList<>();

	/** Creates an open gate on the time of the system. */
	public DrainGate() {
		this(System::nanoTime);
	}

	/**
	 * Creates an open gate on the given time.
	 * @param nanoTime the monotonic time in nanoseconds, read at every entry and exit
	 */
	public DrainGate(LongSupplier nanoTime) {
		this.nanoTime = nanoTime;
		this.table = grow(new Slot[0], INITIAL_SLOTS);
	}

	private Slot[] grow(Slot[] slots, int length) {
		long never = this.nanoTime.getAsLong() - LONGEST.toNanos();
		Slot[] grown = Arrays.copyOf(slots, length);
		for (int i = slots.length; i < length; i++) {
			grown[i] = Slot.create(this, i, never);
		}
		return grown;
	}

	/**
	 * Asks for a permit for a piece of work that comes from outside.
	 * @param kind the kind of work, such as {@code http}; one of few
	 * @param description what the work is, for the report of what is in flight
	 * @return the permit, to be closed when the work has ended, or {@code null} if the
	 * gate is closed
	 */
	public @Nullable Permit tryEnter(String kind, String description) {
		if (this.closed) {
			return null;
		}
		Permit permit = claimSlot(kind, description);
		if (this.closed) {
			abandon(permit);
			return null;
		}
		return permit.hold();
	}

	/**
	 * Asks for a permit for a piece of the application's own work. Work that work in
	 * flight begins gets one as long as that is in flight, also when the gate is closed,
	 * because what was accepted runs to its end. It is recognised by its thread: the one
	 * that entered, or that {@linkplain Permit#continueHere() went on} with what it
	 * entered for, until it {@linkplain Permit#leaveHere() leaves} that to others.
	 * @param kind the kind of work, such as {@code import}; one of few
	 * @param description what the work is, for the report of what is in flight
	 * @return the permit, to be closed when the work has ended
	 * @throws GateClosedException if the gate is closed
	 */
	public Permit enter(String kind, String description) {
		Permit permit = tryEnter(kind, description);
		if (permit == null) {
			Permit outer = permitOf(Thread.currentThread());
			permit = (outer != null) ? tryEnterFromWithin(outer, kind, description) : null;
		}
		if (permit == null) {
			throw new GateClosedException(kind, description);
		}
		return permit;
	}

	/**
	 * Asks for a permit for work that the given work begins, on whichever thread: for
	 * where work is not told by its thread, as in reactive code. See
	 * {@link #enter(String, String)}.
	 * @param outer the permit of this gate that the given work holds
	 * @param kind the kind of work, such as {@code import}; one of few
	 * @param description what the work is, for the report of what is in flight
	 * @return the permit, to be closed when the work has ended
	 * @throws GateClosedException if the gate is closed and the outer permit is of
	 * another gate or was given back
	 */
	public Permit enter(Permit outer, String kind, String description) {
		Permit permit = tryEnter(kind, description);
		if (permit == null && outer.slot().gate() == this) {
			permit = tryEnterFromWithin(outer, kind, description);
		}
		if (permit == null) {
			throw new GateClosedException(kind, description);
		}
		return permit;
	}

	private @Nullable Permit tryEnterFromWithin(Permit outer, String kind, String description) {
		Permit permit = claimSlot(kind, description);
		synchronized (this.monitor) {
			if (outer.isHeld()) {
				this.pass = Math.min(this.pass, permit.slot().index());
				return permit.hold();
			}
		}
		abandon(permit);
		return null;
	}

	private @Nullable Permit permitOf(Thread thread) {
		for (Slot slot : this.table) {
			Permit permit = slot.permitOf(thread);
			if (permit != null) {
				return permit;
			}
		}
		return null;
	}

	/**
	 * Gives the permits back of all work that a thread is at, because it waits for the
	 * drain itself or never comes back.
	 * @param thread the thread
	 * @return the work, which nobody waits for any more
	 */
	public List<WorkInFlight> giveBackOf(Thread thread) {
		long now = this.nanoTime.getAsLong();
		List<WorkInFlight> given = new ArrayList<>();
		for (Slot slot : this.table) {
			Permit permit = slot.permitOf(thread);
			WorkInFlight work = (permit != null) ? slot.workInFlight(now) : null;
			if (permit != null && work != null && permit.tryGiveBack(now)) {
				movePassOn(slot);
				given.add(work);
			}
		}
		return given;
	}

	private Permit claimSlot(String kind, String description) {
		Thread thread = Thread.currentThread();
		long now = this.nanoTime.getAsLong();
		Slot[] slots = this.table;
		Slot home = slots[(int) thread.getId() * HOME_DISTANCE & (slots.length - 1)];
		Permit permit = home.tryClaim(kind, description, thread, now);
		return (permit != null) ? permit : claimAnySlot(kind, description, thread, now);
	}

	private Permit claimAnySlot(String kind, String description, Thread thread, long now) {
		ThreadLocalRandom random = ThreadLocalRandom.current();
		while (true) {
			Slot[] slots = this.table;
			for (int i = 0; i < ATTEMPTS; i++) {
				Slot any = slots[random.nextInt() & (slots.length - 1)];
				Permit permit = any.tryClaim(kind, description, thread, now);
				if (permit != null) {
					return permit;
				}
			}
			growIfHalfFull();
		}
	}

	private void growIfHalfFull() {
		synchronized (this.monitor) {
			if (inFlight() >= this.table.length / 2) {
				this.table = grow(this.table, this.table.length * 2);
			}
		}
	}

	private void abandon(Permit permit) {
		permit.abandon();
		movePassOn(permit.slot());
	}

	void release(Permit permit) {
		if (permit.isHeld() && permit.tryGiveBack(this.nanoTime.getAsLong())) {
			movePassOn(permit.slot());
		}
	}

	/** Moves the pass on if it waits at the slot, which has become empty. */
	private void movePassOn(Slot slot) {
		if (this.closed && this.pass == slot.index()) {
			movePass();
		}
	}

	/**
	 * Closes the gate: from now on no permit is issued. Has no effect if it is closed.
	 */
	public void close() {
		synchronized (this.monitor) {
			if (this.closed) {
				return;
			}
			this.closed = true;
			this.pass = 0;
		}
		movePass();
	}

	private void movePass() {
		CompletableFuture<Void> reached;
		synchronized (this.monitor) {
			if (!this.closed) {
				return;
			}
			Slot[] slots = this.table;
			for (int i = this.pass; i < slots.length; i++) {
				this.pass = i;
				if (!slots[i].isEmpty()) {
					return;
				}
			}
			this.pass = slots.length;
			reached = this.drained;
		}
		reached.complete(null);
	}

	/**
	 * Opens the gate again and cancels the {@link #drained()} of the close it undoes,
	 * unless that has completed. Has no effect if the gate is open.
	 */
	public void reopen() {
		CompletableFuture<Void> undone;
		synchronized (this.monitor) {
			if (!this.closed) {
				return;
			}
			undone = this.drained;
			this.drained = new CompletableFuture<>();
			this.closed = false;
		}
		undone.cancel(false);
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
	 * Has the work hold a permit from now on until it has run, also while it waits for a
	 * thread. It has to be run, and once: the permit of work that never runs is never
	 * given back. Work that runs again and again {@linkplain #enter enters} by itself.
	 * @param kind the kind of work, such as {@code import}; one of few
	 * @param description what the work is, for the report of what is in flight
	 * @param work the work
	 * @return the work with its permit, which fails with an {@link IllegalStateException}
	 * when it runs a second time
	 * @throws GateClosedException if the gate is closed, see {@link #enter}
	 */
	public Runnable wrap(String kind, String description, Runnable work) {
		HeldPermit held = hold(kind, description);
		return () -> {
			try (Permit permit = held.take()) {
				permit.continueHere();
				work.run();
			}
		};
	}

	/**
	 * Does the same for work with a result, see {@link #wrap(String, String, Runnable)}.
	 * @param <T> the type of the result
	 * @param kind the kind of work, such as {@code import}; one of few
	 * @param description what the work is, for the report of what is in flight
	 * @param work the work
	 * @return the work with its permit, which fails with an {@link IllegalStateException}
	 * when it runs a second time
	 * @throws GateClosedException if the gate is closed, see {@link #enter}
	 */
	public <T extends @Nullable Object> Callable<T> wrap(String kind, String description, Callable<T> work) {
		HeldPermit held = hold(kind, description);
		return () -> {
			try (Permit permit = held.take()) {
				permit.continueHere();
				return work.call();
			}
		};
	}

	private HeldPermit hold(String kind, String description) {
		Permit permit = enter(kind, description);
		permit.leaveHere();
		return new HeldPermit(permit, description);
	}

	/**
	 * Begins asynchronous work and holds a permit until it completes.
	 * @param <T> the type of the result
	 * @param kind the kind of work, such as {@code import}; one of few
	 * @param description what the work is, for the report of what is in flight
	 * @param work begins the work and returns its stage
	 * @return the stage; what depends on it begins when the permit was given back
	 * @throws GateClosedException if the gate is closed, see {@link #enter}; the work was
	 * not begun
	 */
	public <T extends @Nullable Object> CompletionStage<T> holdUntilComplete(String kind, String description,
			Supplier<? extends CompletionStage<T>> work) {
		Permit permit = enter(kind, description);
		try {
			CompletionStage<T> begun = work.get();
			permit.leaveHere();
			return begun.whenComplete((result, ex) -> permit.close());
		}
		catch (RuntimeException | Error ex) {
			permit.close();
			throw ex;
		}
	}

	/**
	 * Returns how many permits are held.
	 * @return the number of pieces of work in flight
	 */
	public long inFlight() {
		long count = 0;
		for (Slot slot : this.table) {
			if (slot.isHeld()) {
				count++;
			}
		}
		return count;
	}

	/**
	 * Returns how many permits of one kind are held.
	 * @param kind the kind of work
	 * @return the number of pieces of work of that kind in flight
	 */
	public long inFlight(String kind) {
		long count = 0;
		for (Slot slot : this.table) {
			if (slot.isOf(kind)) {
				count++;
			}
		}
		return count;
	}

	/**
	 * Runs the action for every kind of work that was ever let in, and from now on for
	 * each that is let in for the first time, in the thread that enters.
	 * @param action what to do with the kind; it must not throw, nor mind if it runs
	 * twice for a kind that is new while this method runs
	 */
	public void forEachKind(Consumer<? super String> action) {
		this.kindActions.add(action);
		this.kinds.forEach(action);
	}

	void learn(String kind) {
		if (!this.kinds.contains(kind) && this.kinds.add(kind)) {
			this.kindActions.forEach((action) -> action.accept(kind));
		}
	}

	/**
	 * Returns what is in flight, the oldest first.
	 * @return a snapshot; work that enters or leaves meanwhile may be in it or not
	 */
	public List<WorkInFlight> workInFlight() {
		long now = this.nanoTime.getAsLong();
		return Arrays.stream(this.table)
			.flatMap((slot) -> Stream.ofNullable(slot.workInFlight(now)))
			.sorted(Comparator.comparing(WorkInFlight::age).reversed())
			.toList();
	}

	/**
	 * Returns for how long nothing has been in flight and nothing has arrived, apart from
	 * work that does not end by itself.
	 * @return zero while work is in flight, else the time since the last permit was given
	 * back; longer than any period if there was never a permit
	 */
	public Duration quietFor() {
		long now = this.nanoTime.getAsLong();
		long quietNanos = LONGEST.toNanos();
		for (Slot slot : this.table) {
			if (!slot.isQuiet()) {
				return Duration.ZERO;
			}
			quietNanos = Math.min(quietNanos, now - slot.emptiedNanos());
		}
		return Duration.ofNanos(Math.max(0, quietNanos));
	}

}
