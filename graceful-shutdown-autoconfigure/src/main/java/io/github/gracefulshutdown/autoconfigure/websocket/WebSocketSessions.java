package io.github.gracefulshutdown.autoconfigure.websocket;

import jakarta.websocket.CloseReason;
import jakarta.websocket.Session;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;

/** The WebSocket sessions of a servlet container. Safe for use by many threads. */
final class WebSocketSessions {

	private final WebSocketConnections connections;

	private final ObjectProvider<WebSocketCloseListener> listeners;

	private final CloseReason closeReason;

	WebSocketSessions(WebSocketConnections connections, ObjectProvider<WebSocketCloseListener> listeners,
			CloseReason closeReason) {
		this.connections = connections;
		this.listeners = listeners;
		this.closeReason = closeReason;
	}

	/**
	 * Counts a connection from now on, see {@link WebSocketConnections#begin(String)}.
	 */
	@Nullable CountedConnection begin(String path) {
		return this.connections.begin(path);
	}

	/** Notes that the session is open, so that it can be closed. */
	void opened(CountedConnection connection, OpenSession session) {
		this.connections.opened(connection, session);
	}

	/** Returns a session of the Jakarta API, the one that listeners know. */
	OpenSession standard(Session session) {
		return new StandardSession(session, this.listeners, this.closeReason);
	}

	CloseReason closeReason() {
		return this.closeReason;
	}

}
