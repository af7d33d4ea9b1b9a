package io.github.gracefulshutdown.autoconfigure.websocket;

import java.util.List;
import java.util.concurrent.CompletableFuture;

import reactor.core.publisher.Mono;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.web.reactive.socket.CloseStatus;
import org.springframework.web.reactive.socket.WebSocketSession;

/** A session of a reactive application. */
final class ReactiveSession implements OpenSession {

	private final WebSocketSession session;

	private final ObjectProvider<ReactiveWebSocketCloseListener> listeners;

	private final CloseStatus closeStatus;

	ReactiveSession(WebSocketSession session, ObjectProvider<ReactiveWebSocketCloseListener> listeners,
			CloseStatus closeStatus) {
		this.session = session;
		this.listeners = listeners;
		this.closeStatus = closeStatus;
	}

	@Override
	public List<Farewell> farewells() {
		return this.session.isOpen() ? this.listeners.orderedStream().map(this::farewell).toList() : List.of();
	}

	private Farewell farewell(ReactiveWebSocketCloseListener listener) {
		return () -> Mono.from(listener.beforeClose(this.session)).toFuture().get();
	}

	@Override
	public CompletableFuture<Void> close() {
		return this.session.close(this.closeStatus).toFuture();
	}

}
