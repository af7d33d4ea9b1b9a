package io.github.gracefulshutdown.autoconfigure.websocket;

import java.lang.reflect.Method;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import jakarta.websocket.Session;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;
import org.springframework.web.reactive.socket.CloseStatus;
import org.springframework.web.reactive.socket.WebSocketSession;
import org.springframework.web.reactive.socket.adapter.AbstractWebSocketSession;

/** A session of a reactive application. */
final class ReactiveSession implements OpenSession {

	private static final boolean JAKARTA = ClassUtils.isPresent("jakarta.websocket.Session",
			ReactiveSession.class.getClassLoader());

	// The only way to the session of the container; not public.
	private static final @Nullable Method GET_DELEGATE = ReflectionUtils.findMethod(AbstractWebSocketSession.class,
			"getDelegate");

	static {
		if (GET_DELEGATE != null) {
			ReflectionUtils.makeAccessible(GET_DELEGATE);
		}
	}

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
		if (JAKARTA && GET_DELEGATE != null && this.session instanceof AbstractWebSocketSession
				&& ReflectionUtils.invokeMethod(GET_DELEGATE, this.session) instanceof Session standard) {
			StandardSession.allowTimeToSendClose(standard);
		}
		return this.session.close(this.closeStatus).toFuture();
	}

}
