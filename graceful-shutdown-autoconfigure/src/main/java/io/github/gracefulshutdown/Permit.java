package io.github.gracefulshutdown;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Right of one accepted piece of work to run to its end, issued by a {@link DrainGate}.
 * Closing it gives it back; only the first close counts. Any thread may close it.
 */
public final class Permit implements AutoCloseable {

	private final DrainGate gate;

	private final String kind;

	private final String description;

	private final long sinceNanos;

	private final String thread = Thread.currentThread().getName();

	private final AtomicBoolean released = new AtomicBoolean();

	Permit(DrainGate gate, String kind, String description, long sinceNanos) {
		this.gate = gate;
		this.kind = kind;
		this.description = description;
		this.sinceNanos = sinceNanos;
	}

	/** Gives the permit back. Has no effect after the first call. */
	@Override
	public void close() {
		if (this.released.compareAndSet(false, true)) {
			this.gate.release(this);
		}
	}

	String kind() {
		return this.kind;
	}

	String description() {
		return this.description;
	}

	long sinceNanos() {
		return this.sinceNanos;
	}

	String thread() {
		return this.thread;
	}

}
