package io.github.gracefulshutdown.autoconfigure.websocket;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

import io.github.gracefulshutdown.Permit;
import io.github.gracefulshutdown.autoconfigure.TimeSource;
import org.jspecify.annotations.Nullable;

/**
 * Connection of a WebSocket session, with its permit: from the handshake, before which no
 * session is there, until the connection is closed, which is after the session was.
 * However many ends it comes to, the permit is given back once.
 */
final class CountedConnection {

	private final Permit permit;

	private final TimeSource time;

	private final CompletableFuture<Void> ended = new CompletableFuture<>();

	private final AtomicBoolean closing = new AtomicBoolean();

	private volatile @Nullable OpenSession session;

	@SuppressWarnings("FutureReturnValueIgnored") // giving it back does not fail
	CountedConnection(Permit permit, TimeSource time) {
		this.permit = permit;
		this.time = time;
		this.ended.thenRun(permit::close);
	}

	Permit permit() {
		return this.permit;
	}

	/** Returns the session, or {@code null} if it is not open yet. */
	@Nullable OpenSession session() {
		return this.session;
	}

	void setSession(OpenSession session) {
		this.session = session;
	}

	/** Returns whether the caller is the one who has to close the session. */
	boolean beginClose() {
		return this.closing.compareAndSet(false, true);
	}

	/** Takes the connection for ended. */
	void end() {
		this.ended.complete(null);
	}

	/** Takes the connection for ended, at the latest when the time has passed. */
	@SuppressWarnings("FutureReturnValueIgnored") // the end is what counts
	void endWithin(Duration time) {
		this.time.in(time).thenRun(this::end);
	}

	/** Takes the connection for ended if no session is open when the time has passed. */
	@SuppressWarnings("FutureReturnValueIgnored") // the end is what counts
	void endUnlessOpenWithin(Duration time) {
		this.time.in(time).thenRun(() -> {
			if (this.session == null) {
				end();
			}
		});
	}

	CompletableFuture<Void> ended() {
		return this.ended.copy();
	}

}
