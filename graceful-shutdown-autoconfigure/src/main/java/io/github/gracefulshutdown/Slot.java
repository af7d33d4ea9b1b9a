package io.github.gracefulshutdown;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * Place for one piece of work in the table of a {@link DrainGate}, used again and again.
 */
class Slot extends SlotPadding {

	/*
	 * One word holds the phase and how often the slot was used before, so that no word is
	 * seen twice: EMPTY; CLAIMED, while the one who comes writes down what its work is
	 * and whether it is let in is open; HELD, and this very word is its permit; then
	 * EMPTY with the next number. A permit that is given back late or twice finds another
	 * word.
	 *
	 * The reader of the other fields reads the word before and after them. If it is the
	 * same, HELD, they belong to it: they are written after the word of CLAIMED and
	 * before that of HELD.
	 *
	 * The slot lives long and the work does not, so every reference that is written costs
	 * a barrier of the garbage collector, with G1 as much as a compare-and-set. That is
	 * why there is no reference to a permit here, and why what is the same as before is
	 * not written again: often the thread and the kind, for gRPC all of it.
	 */
	private static final long PHASES = 0b11;

	private static final long CLAIMED = 0b01;

	private static final long HELD = 0b10;

	private static final long NEXT = 0b100;

	// No thread has this identifier.
	private static final long NOBODY = 0;

	private static final VarHandle WORD;

	private static final VarHandle EMPTIED_NANOS;

	private static final VarHandle WORKER_ID;

	static {
		try {
			MethodHandles.Lookup lookup = MethodHandles.lookup();
			WORD = lookup.findVarHandle(Slot.class, "word", long.class);
			EMPTIED_NANOS = lookup.findVarHandle(Slot.class, "emptiedNanos", long.class);
			WORKER_ID = lookup.findVarHandle(Slot.class, "workerId", long.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private final DrainGate gate;

	private final int index;

	private volatile long word;

	private @Nullable String kind;

	private @Nullable String description;

	private @Nullable Thread thread;

	// That of the thread, until it leaves the work to others.
	@SuppressWarnings("unused") // used through its handle
	private long workerId;

	private long sinceNanos;

	private boolean endless;

	@SuppressWarnings("unused") // used through its handle
	private long emptiedNanos;

	private Slot(DrainGate gate, int index, long emptiedNanos) {
		this.gate = gate;
		this.index = index;
		this.emptiedNanos = emptiedNanos;
	}

	/**
	 * Creates an empty slot.
	 * @param index where it is in the table
	 * @param emptiedNanos when it is taken to have been emptied
	 */
	static Slot create(DrainGate gate, int index, long emptiedNanos) {
		return new Padded(gate, index, emptiedNanos);
	}

	DrainGate gate() {
		return this.gate;
	}

	int index() {
		return this.index;
	}

	boolean isEmpty() {
		return (this.word & PHASES) == 0;
	}

	boolean isHeld() {
		return (this.word & PHASES) == HELD;
	}

	/**
	 * Claims the slot for work that may be let in.
	 * @return its permit, which is to be {@link #hold held} or {@link #abandon
	 * abandoned}, or {@code null} if the slot is taken
	 */
	@SuppressWarnings("ReferenceEquality") // of most slots the kind never changes
	@Nullable Permit tryClaim(String kind, String description, Thread thread, long nowNanos) {
		if (this.kind != kind) {
			this.gate.learn(kind);
		}
		long before = this.word;
		if ((before & PHASES) != 0 || !WORD.compareAndSet(this, before, before + CLAIMED)) {
			return null;
		}
		VarHandle.storeStoreFence();
		describe(kind, description, thread);
		this.sinceNanos = nowNanos;
		this.endless = false;
		return new Permit(this, before + HELD);
	}

	@SuppressWarnings("ReferenceEquality") // what is the same is not written
	private void describe(String kind, String description, Thread thread) {
		if (this.kind != kind) {
			this.kind = kind;
		}
		if (this.description != description) {
			this.description = description;
		}
		setThread(thread);
	}

	/** Lets the work in for which this thread has claimed the slot. */
	void hold(long permit) {
		WORD.setRelease(this, permit);
	}

	/** Empties the slot that this thread has claimed in vain. */
	void abandon(long permit) {
		this.word = permit - HELD + NEXT;
	}

	boolean isHeldBy(long permit) {
		return this.word == permit;
	}

	/** Takes the work of the permit out, which succeeds once. */
	boolean tryEmpty(long permit, long nowNanos) {
		EMPTIED_NANOS.setOpaque(this, nowNanos); // before anybody finds the slot empty
		return WORD.compareAndSet(this, permit, permit - HELD + NEXT);
	}

	/** Returns when the slot was emptied last. */
	long emptiedNanos() {
		return (long) EMPTIED_NANOS.getOpaque(this);
	}

	/** Returns whether nothing is here, or nothing that ends by itself. */
	boolean isQuiet() {
		return isEmpty() || (isHeld() && this.endless);
	}

	void setEndless(boolean endless) {
		this.endless = endless;
	}

	@SuppressWarnings("ReferenceEquality") // what is the same is not written
	void setThread(Thread thread) {
		if (this.thread != thread) {
			this.thread = thread;
		}
		WORKER_ID.setOpaque(this, thread.getId());
	}

	/** Notes that the thread has left the work, unless another is at it by now. */
	void leave(Thread thread) {
		WORKER_ID.compareAndSet(this, thread.getId(), NOBODY);
	}

	/** Returns the permit of the work that the thread is at, if that is here. */
	@Nullable Permit permitOf(Thread thread) {
		long current = this.word;
		return ((current & PHASES) == HELD && this.thread == thread
				&& (long) WORKER_ID.getOpaque(this) == thread.getId()) ? new Permit(this, current) : null;
	}

	boolean isOf(String kind) {
		return isHeld() && kind.equals(this.kind);
	}

	/** Returns what is in the slot, or {@code null} if that is nothing or changes. */
	@Nullable WorkInFlight workInFlight(long nowNanos) {
		long before = this.word;
		String kind = this.kind;
		String description = this.description;
		Thread thread = this.thread;
		long sinceNanos = this.sinceNanos;
		VarHandle.acquireFence();
		if ((before & PHASES) != HELD || before != this.word || kind == null || description == null || thread == null) {
			return null;
		}
		Duration age = Duration.ofNanos(Math.max(0, nowNanos - sinceNanos));
		return new WorkInFlight(kind, description, age, thread);
	}

	/** Slot with as much memory behind its fields as there is in front of them. */
	@SuppressWarnings("unused")
	private static final class Padded extends Slot {

		private long p1, p2, p3, p4, p5, p6, p7, p8;

		Padded(DrainGate gate, int index, long emptiedNanos) {
			super(gate, index, emptiedNanos);
		}

	}

}
