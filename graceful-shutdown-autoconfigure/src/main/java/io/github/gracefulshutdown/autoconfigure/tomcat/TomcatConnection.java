package io.github.gracefulshutdown.autoconfigure.tomcat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.net.Socket;
import java.nio.channels.SelectionKey;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.locks.Lock;

import org.apache.coyote.Processor;
import org.apache.tomcat.util.net.NioEndpoint.NioSocketWrapper;
import org.apache.tomcat.util.net.SecureNioChannel;
import org.apache.tomcat.util.net.SocketWrapperBase;

import org.springframework.util.ReflectionUtils;

/** A connection of Tomcat, and what it is doing. */
final class TomcatConnection {

	/** What a connection is doing. */
	enum State {

		/** Waits for a request, of which nothing has come for a while. */
		IDLE,

		/** Has got a part of a request, and nothing more for longer than we wait. */
		STALLED,

		/** Has got a request or a part of it, is about to, or answers one. */
		BUSY,

		/** Belongs to a handler that answers by itself, later. */
		ASYNC,

		/** Speaks another protocol than HTTP/1, and has nothing to read. */
		UPGRADED,

		/** Is closed, or will be when the client has read to its end. */
		CLOSED

	}

	// For how long we wait for a client to go on with what it has begun: a TLS handshake,
	// the first request of its connection, or the head of a request.
	private static final Duration PATIENCE = Duration.ofSeconds(2);

	// How long a connection has to be silent after its last response, and after the begin
	// of the drain, before it counts as idle: one that is in use, or that a client has
	// just taken out of its pool, gets its next request within that time, and with the
	// refusal it is told to leave. Without it each such connection would be closed under
	// its client's hands.
	private static final Duration SILENCE = Duration.ofMillis(100);

	private static final byte[] REFUSAL = """
			HTTP/1.1 503 \r
			Graceful-Shutdown: rejected\r
			Retry-After: 0\r
			Content-Length: 0\r
			Connection: close\r
			\r
			""".getBytes(StandardCharsets.US_ASCII);

	// It returns a Lock in Tomcat 10 and a ReentrantLock in 11, so that no compiled call
	// links to both.
	private static final Method GET_LOCK = Objects
		.requireNonNull(ReflectionUtils.findMethod(SocketWrapperBase.class, "getLock"));

	private final NioSocketWrapper wrapper;

	private final long dryingSinceMillis;

	TomcatConnection(NioSocketWrapper wrapper, long dryingSinceMillis) {
		this.wrapper = wrapper;
		this.dryingSinceMillis = dryingSinceMillis;
	}

	/** Returns what the connection is doing, {@link State#BUSY} if in doubt. */
	State state() {
		return withLock(this::stateWithLock);
	}

	/**
	 * Closes the connection if it is idle. If it is stalled in the middle of a request it
	 * gets the answer that this was not executed.
	 */
	void closeIfIdle() {
		withLock(() -> {
			State state = stateWithLock();
			if (state == State.STALLED) {
				refuse();
			}
			if (state == State.IDLE || state == State.STALLED) {
				close();
			}
			return state;
		});
	}

	private State withLock(StateAction action) {
		Lock lock = (Lock) Objects.requireNonNull(ReflectionUtils.invokeMethod(GET_LOCK, this.wrapper));
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
	private State stateWithLock() throws IOException {
		if (this.wrapper.isClosed() || socket().isOutputShutdown()) {
			return State.CLOSED;
		}
		boolean waiting = this.wrapper.interestOpsHas(SelectionKey.OP_READ)
				&& socket().getInputStream().available() == 0;
		Processor processor = (Processor) this.wrapper.getCurrentProcessor();
		if (processor == null) {
			return (waiting && isSilent()) ? State.IDLE : State.BUSY;
		}
		if (processor.isUpgrade()) {
			return (isHttp2(processor) && !waiting) ? State.BUSY : State.UPGRADED;
		}
		if (processor.isAsync()) {
			return State.ASYNC;
		}
		return (waiting && !isWithinPatience()) ? State.STALLED : State.BUSY;
	}

	private boolean isSilent() {
		if (this.wrapper.getLastRead() == this.wrapper.getLastWrite()) { // as if new
			return !isWithinPatience();
		}
		long since = Math.max(this.dryingSinceMillis, this.wrapper.getLastWrite());
		return System.currentTimeMillis() - since >= SILENCE.toMillis();
	}

	private boolean isWithinPatience() {
		return System.currentTimeMillis() - this.wrapper.getLastRead() < PATIENCE.toMillis();
	}

	private static boolean isHttp2(Processor processor) {
		String protocol = processor.getUpgradeToken().getProtocol();
		return "h2".equals(protocol) || "h2c".equals(protocol);
	}

	private void refuse() throws IOException {
		this.wrapper.write(false, REFUSAL, 0, REFUSAL.length);
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
