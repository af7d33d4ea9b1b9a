package io.github.gracefulshutdown.autoconfigure.jetty;

import java.time.Duration;

import org.eclipse.jetty.http2.ErrorCode;
import org.eclipse.jetty.http2.HTTP2Connection;
import org.eclipse.jetty.http2.HTTP2Session;
import org.eclipse.jetty.io.AbstractEndPoint;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * A connection of HTTP/2. Its streams have a handler, or wait for a thread, which is
 * looked at elsewhere.
 */
final class Http2Connection extends JettyConnection {

	private final HTTP2Session session;

	private Http2Connection(AbstractEndPoint socket, HTTP2Connection connection, long dryingSinceNanos) {
		super(socket, connection, dryingSinceNanos);
		this.session = connection.getSession();
	}

	static @Nullable Http2Connection of(AbstractEndPoint socket, Connection connection, long dryingSinceNanos) {
		return (connection instanceof HTTP2Connection http2) ? new Http2Connection(socket, http2, dryingSinceNanos)
				: null;
	}

	@Override
	boolean isBusy() {
		return !isClosed() && this.session.getStreams().isEmpty() && !(isWaiting() && isSilent());
	}

	@Override
	@SuppressWarnings("FutureReturnValueIgnored") // completes when the client has left
	void sayGoAwayIfIdle() {
		if (isIdle()) {
			this.session.shutdown();
		}
	}

	/** Closes our half once the client is told which stream was the last. */
	@Override
	void closeIfIdle(byte[] refusal, Duration patience) {
		if (isIdle()) {
			this.session.close(ErrorCode.NO_ERROR.code, "shutdown", Callback.from(endPoint()::shutdownOutput));
		}
	}

	private boolean isIdle() {
		return !isClosed() && isWaiting() && isSilent() && this.session.getStreams().isEmpty();
	}

}
