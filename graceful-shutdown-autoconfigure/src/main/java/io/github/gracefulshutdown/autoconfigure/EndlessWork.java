package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

import io.github.gracefulshutdown.Permit;

/**
 * Work in flight that does not end by itself: it is told to end when the drain begins, if
 * that is the policy. Safe for use by many threads.
 */
public final class EndlessWork {

	private static final Duration BOUND = Duration.ofSeconds(10);

	private final TimeSource time;

	private final GuestRunner guests;

	private final StreamPolicy policy;

	private final Set<Piece> pieces = ConcurrentHashMap.newKeySet();

	private volatile boolean ending;

	EndlessWork(TimeSource time, GuestRunner guests, StreamPolicy policy) {
		this.time = time;
		this.guests = guests;
		this.policy = policy;
	}

	/**
	 * Adds a piece of work, with what ends it. Work that comes when the drain has begun
	 * already is ended at once.
	 * @param permit the permit of the work, given back here if it is not to be counted
	 * @param spread the time over which the ends of all work like this are spread, by
	 * chance, so that the clients do not come back elsewhere all at once
	 * @param end asks the work to end; it runs once at most, on a thread of the shutdown,
	 * and may throw
	 * @return to be run when the work has ended, so that it is not asked to end any more
	 */
	public Runnable add(Permit permit, Duration spread, Runnable end) {
		switch (this.policy) {
			case IGNORE -> permit.close();
			case AWAIT -> permit.markEndless();
			case COMPLETE -> {
				permit.markEndless();
				Piece piece = new Piece(spread, end);
				this.pieces.add(piece);
				if (this.ending) { // read after it was added
					end();
				}
				return () -> this.pieces.remove(piece);
			}
		}
		return () -> {
		};
	}

	/** Asks all work to end, and from now on all that comes. */
	void endAll() {
		this.ending = true;
		end();
	}

	/** Lets work that comes go on again. */
	void endNoMore() {
		this.ending = false;
	}

	@SuppressWarnings("FutureReturnValueIgnored") // nothing depends on the end
	private void end() {
		List<Piece> now = new ArrayList<>();
		List<Piece> taken = List.copyOf(this.pieces).stream().filter(this.pieces::remove).toList();
		for (Piece piece : taken) {
			if (piece.spread.isZero()) {
				now.add(piece);
			}
			else {
				Duration delay = Duration.ofNanos(ThreadLocalRandom.current().nextLong(piece.spread.toNanos()));
				this.time.in(delay).thenRun(() -> end(List.of(piece)));
			}
		}
		end(now);
	}

	private void end(List<Piece> pieces) {
		this.guests.runAll("stream-end", BOUND, pieces.stream().map((piece) -> piece.end).toList());
	}

	/** Compared by identity: two pieces may be ended by the same code. */
	private static final class Piece {

		private final Duration spread;

		private final Runnable end;

		Piece(Duration spread, Runnable end) {
			this.spread = spread;
			this.end = end;
		}

	}

}
