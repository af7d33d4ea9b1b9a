package io.github.gracefulshutdown;

/**
 * Right of one accepted piece of work to run to its end, issued by a {@link DrainGate}.
 * Closing it gives it back; only the first close counts. Any thread may close it.
 */
public final class Permit implements AutoCloseable {

	private final Slot slot;

	private final long word;

	Permit(Slot slot, long word) {
		this.slot = slot;
		this.word = word;
	}

	/** Gives the permit back. Has no effect after the first call. */
	@Override
	public void close() {
		this.slot.gate().release(this);
	}

	/**
	 * Notes that the work goes on in the thread that calls: reports name it, and work
	 * that it {@linkplain DrainGate#enter begins} counts as begun from within. Has no
	 * effect once the permit was given back.
	 */
	public void continueHere() {
		if (isHeld()) {
			this.slot.setThread(Thread.currentThread());
		}
	}

	/**
	 * Notes that the thread that calls has left the work, which goes on without it: what
	 * the thread does from now on is not part of it. Has no effect if the work
	 * {@linkplain #continueHere() goes on} in another thread, or the permit was given
	 * back.
	 */
	public void leaveHere() {
		if (isHeld()) {
			this.slot.leave(Thread.currentThread());
		}
	}

	/**
	 * Notes that the work does not end by itself, as a stream of events that its client
	 * listens to. It holds the drain, but nobody waits for it to be quiet. Has no effect
	 * once the permit was given back.
	 */
	public void markEndless() {
		if (isHeld()) {
			this.slot.setEndless(true);
		}
	}

	Slot slot() {
		return this.slot;
	}

	/** Lets the work in that has claimed its slot. */
	Permit hold() {
		this.slot.hold(this.word);
		return this;
	}

	/** Lets go of the slot that the work has claimed in vain. */
	void abandon() {
		this.slot.abandon(this.word);
	}

	boolean isHeld() {
		return this.slot.isHeldBy(this.word);
	}

	boolean tryGiveBack(long nowNanos) {
		return this.slot.tryEmpty(this.word, nowNanos);
	}

}
