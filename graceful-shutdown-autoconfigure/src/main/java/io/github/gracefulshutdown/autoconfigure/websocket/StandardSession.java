package io.github.gracefulshutdown.autoconfigure.websocket;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import jakarta.websocket.CloseReason;
import jakarta.websocket.Session;

import org.springframework.beans.factory.ObjectProvider;

/** A session of the Jakarta API. */
final class StandardSession implements OpenSession {

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
			this.session.close(this.closeReason);
			return CompletableFuture.completedFuture(null);
		}
		catch (IOException | RuntimeException ex) {
			return CompletableFuture.failedFuture(ex);
		}
	}

}
