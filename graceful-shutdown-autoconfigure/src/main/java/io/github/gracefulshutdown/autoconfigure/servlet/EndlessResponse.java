package io.github.gracefulshutdown.autoconfigure.servlet;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import io.github.gracefulshutdown.Permit;
import jakarta.servlet.AsyncContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.web.context.request.async.AsyncRequestNotUsableException;

/**
 * Response that does not end by itself, and so is ended when the drain begins:
 * <ul>
 * <li>Its client gets whole pieces only, last words if the format allows them, and a
 * clean end.</li>
 * <li>From then on the application writes as to a client that has gone, and what it does
 * to end the request has no effect.</li>
 * <li>A client that does not read holds nobody up for longer than the patience.</li>
 * </ul>
 */
final class EndlessResponse {

	/*
	 * The response of a container is not made for two threads, so the writes of the
	 * application and the end exclude one another. The lock is held for a single write,
	 * not while the application works.
	 *
	 * Who ends the response is whoever gets it from OPEN to ENDED. The drain does so
	 * under the lock, hence while nobody writes; the application leaves it without the
	 * lock, because it may do so while it writes, and so it could without us. From ENDED
	 * on nothing of the application gets through to the container. The request is
	 * completed after the lock was left, once: by the one who takes the context.
	 */

	private static final Logger logger = LoggerFactory.getLogger(EndlessResponse.class);

	private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);

	private final NoticeResponse response;

	private final Permit permit;

	private final Framing framing;

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition ended = this.lock.newCondition();

	private final AtomicReference<State> state = new AtomicReference<>(State.OPEN);

	private final AtomicReference<@Nullable AsyncContext> async;

	private volatile boolean ending;

	private volatile boolean nonBlocking;

	private int tail;

	EndlessResponse(NoticeResponse response, Permit permit, Framing framing, @Nullable AsyncContext async) {
		this.response = response;
		this.permit = permit;
		this.framing = framing;
		this.async = new AtomicReference<>(async);
	}

	/** Has the application write. */
	void write(Action<IOException> write, int length, ByteAt bytes) throws IOException {
		this.lock.lock();
		try {
			requireNotEnded();
			perform(write);
			for (int i = Math.max(0, length - Integer.BYTES); i < length; i++) {
				this.tail = this.tail << Byte.SIZE | (bytes.get(i) & 0xFF);
			}
			if (this.ending && this.framing.isBetweenPieces(this.tail)) {
				endHere();
			}
		}
		finally {
			this.lock.unlock();
		}
		completeIfEnded();
	}

	/**
	 * When the client has gone, not every container tells so, and an application that
	 * waits to be told never ends the request: then that is its end.
	 */
	private void perform(Action<IOException> write) throws IOException {
		try {
			write.perform();
		}
		catch (IOException ex) {
			if (this.async.get() != null) {
				this.permit.close();
			}
			throw ex;
		}
	}

	/** Fails as to a client that has gone, which Spring MVC takes calmly. */
	void requireNotEnded() throws IOException {
		if (hasEnded()) {
			throw new AsyncRequestNotUsableException("The response has ended because this instance is going away");
		}
	}

	/** Has the application do something that is of no use if the response has ended. */
	<X extends Exception> void unlessEnded(Action<X> action) throws X {
		this.lock.lock();
		try {
			if (!hasEnded()) {
				action.perform();
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Notes that writes do not block, so that they are for the application to time. */
	void setNonBlocking() {
		this.nonBlocking = true;
	}

	/** Ends the response, at the end of the piece that the application is writing. */
	void end() {
		this.ending = true;
		try {
			if (!this.lock.tryLock(PATIENCE_NANOS, TimeUnit.NANOSECONDS)) {
				logger.debug("The client of an endless response does not read; it is not waited for");
				this.permit.close();
				return;
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return;
		}
		try {
			awaitEndOfPiece();
			endHere();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return;
		}
		finally {
			this.lock.unlock();
		}
		completeIfEnded();
	}

	private void awaitEndOfPiece() throws InterruptedException {
		long rest = PATIENCE_NANOS;
		while (rest > 0 && !this.framing.isBetweenPieces(this.tail) && this.state.get() == State.OPEN) {
			rest = this.ended.awaitNanos(rest);
		}
	}

	private void endHere() {
		if (this.state.compareAndSet(State.OPEN, State.ENDED)) {
			try {
				boolean saysMore = !this.nonBlocking && this.framing.isBetweenPieces(this.tail);
				this.response.finish(saysMore ? this.framing.lastWords() : "", this.async.get() == null);
			}
			catch (IOException ex) {
				logger.debug("The client of an endless response has gone before its end", ex);
			}
		}
		this.ended.signalAll();
	}

	private void completeIfEnded() {
		if (!hasEnded()) {
			return;
		}
		AsyncContext context = this.async.getAndSet(null);
		if (context != null) {
			try {
				context.complete();
			}
			catch (IllegalStateException ex) {
				logger.debug("An endless response has come to its end by itself", ex);
			}
		}
	}

	/** Notes that the request goes on without its thread, for the first time or again. */
	void setAsync(AsyncContext context) {
		this.async.set(context);
		this.state.compareAndSet(State.LEFT, State.OPEN);
		completeIfEnded();
	}

	/**
	 * Notes that the application completes or dispatches the request.
	 * @return {@code false} if it has to leave that because the response has ended
	 */
	boolean tryLeave() {
		this.state.compareAndSet(State.OPEN, State.LEFT);
		return !hasEnded();
	}

	/** Notes that the request is complete, and waits until nobody writes any more. */
	void complete() {
		this.lock.lock();
		try {
			this.state.compareAndSet(State.OPEN, State.LEFT);
		}
		finally {
			this.lock.unlock();
		}
	}

	boolean hasEnded() {
		return this.state.get() == State.ENDED;
	}

	/** Who has the end of the response in hand. */
	private enum State {

		/** Nobody yet. */
		OPEN,

		/** The application or the container. */
		LEFT,

		/** The drain. */
		ENDED

	}

	/** Something done to the response of the container. */
	@FunctionalInterface
	interface Action<X extends Exception> {

		void perform() throws X;

	}

	/** A byte, by its index, of what is written. */
	@FunctionalInterface
	interface ByteAt {

		int get(int index);

	}

}
