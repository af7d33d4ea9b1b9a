package io.github.gracefulshutdown.autoconfigure.websocket;

import io.github.gracefulshutdown.Permit;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.web.reactive.socket.CloseStatus;
import org.springframework.web.reactive.socket.WebSocketSession;

/** The WebSocket sessions of a reactive application. Safe for use by many threads. */
final class ReactiveSessions {

	private final WebSocketConnections connections;

	private final ObjectProvider<ReactiveWebSocketCloseListener> listeners;

	private final CloseStatus closeStatus;

	ReactiveSessions(WebSocketConnections connections, ObjectProvider<ReactiveWebSocketCloseListener> listeners,
			CloseStatus closeStatus) {
		this.connections = connections;
		this.listeners = listeners;
		this.closeStatus = closeStatus;
	}

	/**
	 * Counts a connection from now on, see {@link WebSocketConnections#begin(String)}.
	 */
	@Nullable CountedConnection begin(Permit request, String path) {
		return this.connections.begin(request, path);
	}

	/** Notes that the session is open, so that it can be closed. */
	void opened(CountedConnection connection, WebSocketSession session) {
		this.connections.opened(connection, new ReactiveSession(session, this.listeners, this.closeStatus));
		// For a handler that does not end with its session.
		session.closeStatus()
			.onErrorComplete()
			.doFinally((signal) -> connection.endWithin(WebSocketConnections.ANSWER_BOUND))
			.subscribe();
	}

}
