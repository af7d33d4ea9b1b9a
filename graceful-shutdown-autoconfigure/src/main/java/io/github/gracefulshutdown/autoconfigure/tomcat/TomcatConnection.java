package io.github.gracefulshutdown.autoconfigure.tomcat;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.net.Socket;
import java.nio.channels.SelectionKey;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Lock;

import jakarta.servlet.http.HttpUpgradeHandler;
import org.apache.coyote.Processor;
import org.apache.coyote.Request;
import org.apache.tomcat.util.net.NioEndpoint.NioSocketWrapper;
import org.apache.tomcat.util.net.SecureNioChannel;
import org.apache.tomcat.util.net.SocketEvent;
import org.apache.tomcat.util.net.SocketWrapperBase;
import org.jspecify.annotations.Nullable;

import org.springframework.util.ReflectionUtils;

/** A connection of Tomcat, and what it is doing. */
final class TomcatConnection {

	/** What a connection is doing. */
	enum State {

		/** Waits for a request, of which nothing has come for a while. */
		IDLE,

		/** Has got a part of a request, whose rest takes longer than we wait. */
		STALLED,

		/** Has got a request or a part of it, is about to, or answers one. */
		BUSY,

		/** Belongs to a handler that answers by itself, later, or to another protocol. */
		HANDED_OVER,

		/** Speaks HTTP/2, has no stream, and nothing has come for a while. */
		MULTIPLEXED_IDLE,

		/** Speaks HTTP/2, and has streams. */
		MULTIPLEXED_BUSY,

		/** Is closed, or will be when the client has read to its end. */
		CLOSED

	}

	// For how long we wait for a client to come to the end of what it has begun: a TLS
	// handshake, the first request of its connection, or the head of a request.
	private static final Duration PATIENCE = Duration.ofSeconds(2);

	// How long a connection has to be silent after its last response, and after the begin
	// of the drain, before it counts as idle: one that is in use, or that a client has
	// just taken out of its pool, gets its next request within that time, and with the
	// refusal it is told to leave. Without it each such connection would be closed under
	// its client's hands.
	private static final Duration SILENCE = Duration.ofMillis(100);

	// It returns a Lock in Tomcat 10 and a ReentrantLock in 11, so that no compiled call
	// links to both.
	private static final @Nullable Method GET_LOCK = ReflectionUtils.findMethod(SocketWrapperBase.class, "getLock");

	private final NioSocketWrapper wrapper;

	private final int requestsPerConnection;

	private final long dryingSinceMillis;

	/**
	 * Creates a view of the connection.
	 * @param requestsPerConnection how many requests a connection was good for before the
	 * drain
	 * @param dryingSinceMillis when the drain began, by the clock of Tomcat's sockets
	 */
	TomcatConnection(NioSocketWrapper wrapper, int requestsPerConnection, long dryingSinceMillis) {
		this.wrapper = wrapper;
		this.requestsPerConnection = requestsPerConnection;
		this.dryingSinceMillis = dryingSinceMillis;
	}

	/** Returns whether connections of this Tomcat can be looked at. */
	static boolean isSupported() {
		return GET_LOCK != null;
	}

	/** Returns what the connection is doing, {@link State#BUSY} if in doubt. */
	State state() {
		return withLock(() -> stateWithLock(PATIENCE));
	}

	/** Returns how many streams of HTTP/2 have begun and not ended. */
	int streams() {
		Processor processor = (Processor) this.wrapper.getCurrentProcessor();
		return (processor != null && isHttp2(processor)) ? streams(processor) : 0;
	}

	/**
	 * Tells the client of a connection of HTTP/2 to begin no more streams on it, unless
	 * there are some now or were a moment ago: the client of the JDK, unless it is a
	 * recent one, fails all the streams it has when it is told.
	 */
	void sayGoAwayIfIdle() {
		withLock(() -> {
			State state = stateWithLock(PATIENCE);
			if (state == State.MULTIPLEXED_IDLE) {
				((Processor) this.wrapper.getCurrentProcessor()).pause();
			}
			return state;
		});
	}

	/**
	 * Closes the connection if it is idle. If it is stalled in the middle of a request it
	 * gets the answer that this was not executed.
	 * @param refusal the bytes of that answer
	 * @param patience how long ago that request began
	 */
	void closeIfIdle(byte[] refusal, Duration patience) {
		withLock(() -> {
			State state = stateWithLock(patience);
			if (state == State.STALLED) {
				refuse(refusal);
			}
			if (state == State.IDLE || state == State.STALLED) {
				close();
			}
			else if (state == State.MULTIPLEXED_IDLE) {
				// As when it has been idle for too long: it is told which stream was the
				// last that was processed, and closed.
				this.wrapper.processSocket(SocketEvent.TIMEOUT, false);
			}
			return state;
		});
	}

	/**
	 * Closes the rest of a connection of which our half is closed. What crosses that on
	 * its way would be executed once requests are let in again, and could not be
	 * answered. Waits for a request that has crossed it already and is being refused.
	 */
	void closeIfHalfClosed() {
		Lock lock = lock();
		lock.lock();
		try {
			if (isHalfClosed()) {
				this.wrapper.close();
			}
		}
		finally {
			lock.unlock();
		}
	}

	/** Returns whether our half is closed and the other one may not be. */
	boolean isHalfClosed() {
		return !this.wrapper.isClosed() && socket().isOutputShutdown();
	}

	/** Returns whether whoever has its request waits for more of the body. */
	boolean isAwaited() {
		return this.wrapper.interestOpsHas(SelectionKey.OP_READ) && !isReadable();
	}

	private boolean isReadable() {
		try {
			return this.wrapper.isClosed() || socket().getInputStream().available() > 0;
		}
		catch (IOException ex) { // the connection is broken, which a thread will find
			return true;
		}
	}

	/** Has whoever waits for more of an upload find that its client has ended it. */
	void endUpload() {
		try {
			socket().shutdownInput();
		}
		catch (IOException ex) { // the connection is broken, and it has ended
			this.wrapper.close();
		}
	}

	/** Returns what an {@link Upload} knows it by. */
	String key() {
		return Upload.key(this.wrapper);
	}

	private Lock lock() {
		Method getLock = Objects.requireNonNull(GET_LOCK);
		return (Lock) Objects.requireNonNull(ReflectionUtils.invokeMethod(getLock, this.wrapper));
	}

	private State withLock(StateAction action) {
		Lock lock = lock();
		if (!lock.tryLock()) {
			return State.BUSY;
		}
		try {
			return action.run();
		}
		catch (IOException ex) { // the connection is broken
			return State.CLOSED;
		}
		finally {
			lock.unlock();
		}
	}

	/*
	 * The lock is Tomcat's own: a thread holds it while it does anything with the
	 * connection. Whoever else has it finds the connection parked: with a processor in
	 * the middle of something, with none between two requests. The poller takes what it
	 * has found readable out of its interest before it hands it to the threads, so a
	 * connection in their queue is one without that interest.
	 */
	private State stateWithLock(Duration patience) throws IOException {
		if (this.wrapper.isClosed() || socket().isOutputShutdown()) {
			return State.CLOSED;
		}
		boolean waiting = this.wrapper.interestOpsHas(SelectionKey.OP_READ)
				&& socket().getInputStream().available() == 0;
		Processor processor = (Processor) this.wrapper.getCurrentProcessor();
		if (processor == null) {
			return (waiting && !isPatienceDue(patience) && isSilent()) ? State.IDLE : State.BUSY;
		}
		if (isHttp2(processor)) {
			return (streams(processor) > 0) ? State.MULTIPLEXED_BUSY
					: (waiting && isSilent()) ? State.MULTIPLEXED_IDLE : State.BUSY;
		}
		if (processor.isUpgrade() || processor.isAsync()) {
			return State.HANDED_OVER;
		}
		return (waiting && !isHeadWithin(patience, processor.getRequest())) ? State.STALLED : State.BUSY;
	}

	/** Returns whether the client has not got to its first request yet, but may. */
	private boolean isPatienceDue(Duration patience) {
		int left = this.wrapper.decrementKeepAlive() + 1;
		this.wrapper.setKeepAliveLeft(left);
		boolean unused = left > 0 && (left == 1 || left == this.requestsPerConnection);
		return (unused || !this.wrapper.getSocket().isHandshakeComplete())
				&& isWithin(patience, this.wrapper.getLastRead());
	}

	/** Returns whether the head began so lately, whatever else of it has come since. */
	private boolean isHeadWithin(Duration time, @Nullable Request request) {
		long began = (request != null) ? request.getStartTimeNanos() : -1;
		return (began != -1) ? System.nanoTime() - began < time.toNanos() : isWithin(time, this.wrapper.getLastRead());
	}

	private boolean isSilent() {
		long last = Math.max(this.wrapper.getLastRead(), this.wrapper.getLastWrite());
		return !isWithin(SILENCE, Math.max(last, this.dryingSinceMillis));
	}

	private static boolean isWithin(Duration time, long sinceMillis) {
		return System.currentTimeMillis() - sinceMillis < time.toMillis();
	}

	private static boolean isHttp2(Processor processor) {
		if (!processor.isUpgrade()) {
			return false;
		}
		String protocol = processor.getUpgradeToken().getProtocol();
		return "h2".equals(protocol) || "h2c".equals(protocol);
	}

	/** Reads a field that is not public; without it every connection has a stream. */
	private static int streams(Processor processor) {
		HttpUpgradeHandler handler = processor.getUpgradeToken().getHttpUpgradeHandler();
		Field field = ReflectionUtils.findField(handler.getClass(), "activeRemoteStreamCount", AtomicInteger.class);
		if (field == null) {
			return 1;
		}
		ReflectionUtils.makeAccessible(field);
		return ((AtomicInteger) Objects.requireNonNull(ReflectionUtils.getField(field, handler))).get();
	}

	private void refuse(byte[] refusal) throws IOException {
		this.wrapper.write(false, refusal, 0, refusal.length);
		this.wrapper.flush(false);
	}

	/*
	 * Without TLS only our half is closed: Tomcat goes on reading and closes the rest
	 * when the client has, so that a request that crosses the end of the stream on its
	 * way does not make a reset of it.
	 */
	private void close() throws IOException {
		if (this.wrapper.getSocket() instanceof SecureNioChannel) {
			this.wrapper.close();
		}
		else {
			socket().shutdownOutput();
		}
	}

	private Socket socket() {
		return this.wrapper.getSocket().getIOChannel().socket();
	}

	/** What is done with the lock of the connection. */
	private interface StateAction {

		State run() throws IOException;

	}

}
