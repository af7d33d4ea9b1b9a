package io.github.gracefulshutdown.autoconfigure.websocket;

import java.lang.reflect.Field;
import java.util.Objects;

import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.internal.HttpConnection;
import org.eclipse.jetty.websocket.core.WebSocketConnection;
import org.eclipse.jetty.websocket.core.WebSocketCoreSession;
import org.jspecify.annotations.Nullable;

import org.springframework.util.ReflectionUtils;

/** Jetty's connection of a WebSocket, which is counted until it is closed. */
final class CountedJettyConnection extends WebSocketConnection {

	// There is no other way to a session from its connection.
	private static final @Nullable Field SESSION = ReflectionUtils.findField(WebSocketConnection.class, null,
			WebSocketCoreSession.class);

	static {
		if (SESSION != null) {
			ReflectionUtils.makeAccessible(SESSION);
		}
	}

	private final WebSocketSessions sessions;

	private final CountedConnection counted;

	private final WebSocketCoreSession session;

	private CountedJettyConnection(HttpConnection handshake, Connector connector, WebSocketCoreSession session,
			WebSocketSessions sessions, CountedConnection counted) {
		super(handshake.getEndPoint(), connector.getExecutor(), connector.getScheduler(), connector.getByteBufferPool(),
				session);
		this.sessions = sessions;
		this.counted = counted;
		this.session = session;
	}

	/**
	 * Has the session that comes of a handshake counted from now on, which is while the
	 * request of the handshake is handled.
	 * @param next the connection that would take over when the request is complete
	 * @return the connection that takes over instead
	 */
	static WebSocketConnection count(WebSocketConnection next, String path, WebSocketSessions sessions) {
		if (SESSION == null || !(next.getEndPoint().getConnection() instanceof HttpConnection handshake)) {
			return next; // in a stream of HTTP/2
		}
		CountedConnection counted = sessions.begin(path);
		if (counted == null) {
			return next;
		}
		try {
			return takeOver(next, handshake, sessions, counted);
		}
		catch (RuntimeException | Error ex) {
			counted.end();
			throw ex;
		}
	}

	private static CountedJettyConnection takeOver(WebSocketConnection next, HttpConnection handshake,
			WebSocketSessions sessions, CountedConnection counted) {
		Object session = ReflectionUtils.getField(Objects.requireNonNull(SESSION), next);
		CountedJettyConnection connection = new CountedJettyConnection(handshake, handshake.getConnector(),
				(WebSocketCoreSession) Objects.requireNonNull(session), sessions, counted);
		connection.setUseInputDirectByteBuffers(next.isUseInputDirectByteBuffers());
		connection.setUseOutputDirectByteBuffers(next.isUseOutputDirectByteBuffers());
		handshake.getConnector().getEventListeners().forEach(connection::addEventListener);
		connection.session.setWebSocketConnection(connection);
		handshake.addEventListener(new BrokenHandshake(counted));
		return connection;
	}

	/** Opens the session. */
	@Override
	public void onOpen() {
		this.counted.permit().continueHere();
		try {
			super.onOpen();
			this.sessions.opened(this.counted, new JettySession(this.session, this.sessions));
		}
		finally {
			this.counted.permit().leaveHere();
		}
	}

	@Override
	public void onFillable() {
		this.counted.permit().continueHere();
		try {
			super.onFillable();
		}
		finally {
			this.counted.permit().leaveHere();
		}
	}

	@Override
	public void run() {
		this.counted.permit().continueHere();
		try {
			super.run();
		}
		finally {
			this.counted.permit().leaveHere();
		}
	}

	@Override
	public void onClose(@Nullable Throwable cause) {
		try {
			super.onClose(cause);
		}
		finally {
			this.counted.end();
		}
	}

	/** Looks for the end of a connection that no other takes over. */
	private record BrokenHandshake(CountedConnection counted) implements Connection.Listener {

		@Override
		public void onOpened(Connection connection) {
		}

		@Override
		public void onClosed(Connection connection) {
			if (!connection.getEndPoint().isOpen()) {
				this.counted.end();
			}
		}

	}

}
