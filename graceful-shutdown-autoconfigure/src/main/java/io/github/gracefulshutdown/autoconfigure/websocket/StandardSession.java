package io.github.gracefulshutdown.autoconfigure.websocket;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import jakarta.websocket.CloseReason;
import jakarta.websocket.Session;

import org.springframework.beans.factory.ObjectProvider;

/** A session of the Jakarta API. */
final class StandardSession implements OpenSession {

	// Tomcat gives a close with a code other than 1000 only 50 ms to be sent. Then it
	// cuts the connection: WsSession.sendCloseMessage.
	private static final String SEND_TIMEOUT = "org.apache.tomcat.websocket.ABNORMAL_SESSION_CLOSE_SEND_TIMEOUT";

	private final Session session;

	private final ObjectProvider<WebSocketCloseListener> listeners;

	private final CloseReason closeReason;

	StandardSession(Session session, ObjectProvider<WebSocketCloseListener> listeners, CloseReason closeReason) {
		this.session = session;
		this.listeners = listeners;
		this.closeReason = closeReason;
	}

	@Override
	public List<Farewell> farewells() {
		return this.session.isOpen() ? this.listeners.orderedStream().map(this::farewell).toList() : List.of();
	}

	private Farewell farewell(WebSocketCloseListener listener) {
		return () -> listener.beforeClose(this.session);
	}

	@Override
	public CompletableFuture<Void> close() {
		try {
			allowTimeToSendClose(this.session);
			this.session.close(this.closeReason);
			return CompletableFuture.completedFuture(null);
		}
		catch (IOException | RuntimeException ex) {
			return CompletableFuture.failedFuture(ex);
		}
	}

	/** Has the close frame wait for what is being sent, for as long as we do. */
	static void allowTimeToSendClose(Session session) {
		session.getUserProperties().putIfAbsent(SEND_TIMEOUT, CLOSE_BOUND.toMillis());
	}

}
