package io.github.gracefulshutdown.autoconfigure.jetty;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;

import io.github.gracefulshutdown.autoconfigure.RequestEnd;
import org.eclipse.jetty.io.AbstractEndPoint;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.internal.HttpConnection;

/** A connection of HTTP/1, also one that may turn out to speak HTTP/2 without TLS. */
final class Http1Connection extends JettyConnection {

	/** What a connection is doing. */
	private enum State {

		/** Waits for a request, of which nothing has come for a while. */
		IDLE,

		/** Has got a part of a request, whose rest takes longer than we wait. */
		STALLED,

		/** Has got a request or a part of it, or is about to. */
		BUSY,

		/** Has a request that a handler has, or is closed. */
		HANDED_OVER

	}

	private final HttpConnection connection;

	Http1Connection(AbstractEndPoint socket, HttpConnection connection, long dryingSinceNanos) {
		super(socket, connection, dryingSinceNanos);
		this.connection = connection;
	}

	@Override
	boolean isBusy() {
		return state(PATIENCE) == State.BUSY;
	}

	/*
	 * A thread that is about to read takes the interest of the connection out of its end
	 * point first, and so do we: if we get it there is no such thread, and the connection
	 * does what it does when it was idle for too long. Only our half is closed then:
	 * Jetty goes on reading, parses nothing any more, and closes the rest when the client
	 * has, so that a request that crosses the end of the stream on its way does not make
	 * a reset of it.
	 */
	@Override
	void closeIfIdle(byte[] refusal, Duration patience) {
		State state = state(patience);
		if (state == State.STALLED) {
			refuse(refusal);
		}
		if ((state == State.IDLE || state == State.STALLED) && endPoint() instanceof AbstractEndPoint endPoint) {
			endPoint.getFillInterest().onFail(new EofException("The instance is shutting down"));
		}
	}

	HttpConnection connection() {
		return this.connection;
	}

	/** Returns whether a handler waits for more of the body of its request. */
	boolean isUploading() {
		Request request = this.connection.getHttpChannel().getRequest();
		return request != null && !isEnding(request) && !isClosed() && isWaiting();
	}

	/** Has the handler that waits for more fail. */
	void endUpload() {
		if (endPoint() instanceof AbstractEndPoint endPoint) {
			endPoint.getFillInterest().onFail(new EofException("The client does not go on with its upload"));
		}
	}

	private State state(Duration patience) {
		boolean waiting = isWaiting(); // before the request, which comes of what was read
		Request request = this.connection.getHttpChannel().getRequest();
		if (isClosed() || (request != null && !isEnding(request))) {
			return State.HANDED_OVER;
		}
		if (!waiting || request != null) {
			return State.BUSY;
		}
		if (!this.connection.getParser().isStart()) {
			long began = this.connection.getParser().getBeginNanoTime();
			return (System.nanoTime() - began < patience.toNanos()) ? State.BUSY : State.STALLED;
		}
		boolean unused = this.connection.getMessagesIn() == 0;
		return (isSilent() && !(unused && isPatienceDue(patience))) ? State.IDLE : State.BUSY;
	}

	/** Returns whether the handler has it no more, so that the next may come. */
	private static boolean isEnding(Request request) {
		return request.getAttribute(RequestEnd.REQUEST_ATTRIBUTE) instanceof RequestEnd end && end.isReached();
	}

	private void refuse(byte[] refusal) {
		try {
			endPoint().flush(ByteBuffer.wrap(refusal));
		}
		catch (IOException ex) { // the connection is broken, and closed by Jetty
			endPoint().close();
		}
	}

}
