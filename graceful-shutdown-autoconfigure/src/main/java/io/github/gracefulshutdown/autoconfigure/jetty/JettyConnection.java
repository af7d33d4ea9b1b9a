package io.github.gracefulshutdown.autoconfigure.jetty;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;

import org.eclipse.jetty.io.AbstractEndPoint;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.server.NegotiatingServerConnection;
import org.eclipse.jetty.server.internal.HttpConnection;
import org.jspecify.annotations.Nullable;

import org.springframework.util.ClassUtils;

/** A connection of Jetty on which requests arrive, and what it is doing. */
abstract class JettyConnection {

	// For how long we wait for a client to come to the end of what it has begun: a TLS
	// handshake, the first request of its connection, or the head of a request.
	static final Duration PATIENCE = Duration.ofSeconds(2);

	// How long a connection has to be silent after its last response, and after the begin
	// of the drain, before it counts as idle: one that is in use, or that a client has
	// just taken out of its pool, gets its next request within that time, and with the
	// refusal it is told to leave. Without it each such connection would be closed under
	// its client's hands.
	private static final Duration SILENCE = Duration.ofMillis(100);

	private static final boolean HTTP2 = ClassUtils.isPresent("org.eclipse.jetty.http2.HTTP2Connection",
			JettyConnection.class.getClassLoader());

	private final AbstractEndPoint socket;

	private final Connection connection;

	private final long dryingSinceNanos;

	/**
	 * Creates a view of the connection.
	 * @param socket the end point of the socket
	 * @param connection the connection behind it, and behind TLS if there is that
	 * @param dryingSinceNanos when the drain began
	 */
	JettyConnection(AbstractEndPoint socket, Connection connection, long dryingSinceNanos) {
		this.socket = socket;
		this.connection = connection;
		this.dryingSinceNanos = dryingSinceNanos;
	}

	/**
	 * Returns a view of the connection, or {@code null} if it is one on which no requests
	 * arrive, as those of WebSockets, or just changes its protocol.
	 */
	static @Nullable JettyConnection of(EndPoint endPoint, long dryingSinceNanos) {
		Connection connection = endPoint.getConnection();
		if (connection instanceof SslConnection ssl) {
			connection = ssl.getSslEndPoint().getConnection();
		}
		if (!(endPoint instanceof AbstractEndPoint socket) || connection == null) {
			return null;
		}
		if (connection instanceof HttpConnection http) {
			return new Http1Connection(socket, http, dryingSinceNanos);
		}
		if (connection instanceof NegotiatingServerConnection) {
			return new NegotiatedConnection(socket, connection, dryingSinceNanos);
		}
		return HTTP2 ? Http2Connection.of(socket, connection, dryingSinceNanos) : null;
	}

	/**
	 * Returns whether a request is on its way that no handler has, {@code true} if in
	 * doubt.
	 */
	abstract boolean isBusy();

	/**
	 * Tells the client of a connection of HTTP/2 to begin no more streams on it, unless
	 * there are some now or were a moment ago: the client of the JDK, unless it is a
	 * recent one, fails all the streams it has when it is told.
	 */
	void sayGoAwayIfIdle() {
	}

	/**
	 * Closes the connection if it is idle. If it is stalled in the middle of a request it
	 * gets the answer that this was not executed.
	 * @param refusal the bytes of that answer
	 * @param patience how long ago that request began
	 */
	abstract void closeIfIdle(byte[] refusal, Duration patience);

	final boolean isClosed() {
		return !endPoint().isOpen() || endPoint().isOutputShutdown();
	}

	/** Returns whether no thread is about to read, and there is nothing to read. */
	final boolean isWaiting() {
		return endPoint().isFillInterested() && !isReadable();
	}

	private boolean isReadable() {
		try {
			return this.socket.getTransport() instanceof SocketChannel channel
					&& channel.socket().getInputStream().available() > 0;
		}
		catch (IOException ex) { // the connection is broken, and nothing comes any more
			return false;
		}
	}

	/** Returns whether a client that has begun something may still go on with it. */
	final boolean isPatienceDue(Duration patience) {
		return this.socket.getIdleFor() < patience.toMillis();
	}

	final boolean isSilent() {
		return this.socket.getIdleFor() >= SILENCE.toMillis()
				&& System.nanoTime() - this.dryingSinceNanos >= SILENCE.toNanos();
	}

	/** Returns the end point that the connection reads from, the inner one with TLS. */
	final EndPoint endPoint() {
		return this.connection.getEndPoint();
	}

	/** A connection that is about to find out which protocol it speaks. */
	private static final class NegotiatedConnection extends JettyConnection {

		NegotiatedConnection(AbstractEndPoint socket, Connection connection, long dryingSinceNanos) {
			super(socket, connection, dryingSinceNanos);
		}

		@Override
		boolean isBusy() {
			return isBusy(PATIENCE);
		}

		private boolean isBusy(Duration patience) {
			return !isClosed() && System.currentTimeMillis() - endPoint().getCreatedTimeStamp() < patience.toMillis();
		}

		@Override
		void closeIfIdle(byte[] refusal, Duration patience) {
			if (!isBusy(patience)) {
				endPoint().close();
			}
		}

	}

}
