package io.github.gracefulshutdown.autoconfigure.websocket;

import java.lang.reflect.Method;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import jakarta.websocket.CloseReason;
import jakarta.websocket.Session;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.websocket.core.FrameHandler;
import org.eclipse.jetty.websocket.core.WebSocketCoreSession;
import org.jspecify.annotations.Nullable;

import org.springframework.util.ReflectionUtils;

/** A session of Jetty, below the APIs that there are for its endpoints. */
final class JettySession implements OpenSession {

	private final WebSocketCoreSession session;

	private final WebSocketSessions sessions;

	JettySession(WebSocketCoreSession session, WebSocketSessions sessions) {
		this.session = session;
		this.sessions = sessions;
	}

	@Override
	public List<Farewell> farewells() {
		Session standard = standard();
		return (standard != null) ? this.sessions.standard(standard).farewells() : List.of();
	}

	@Override
	public CompletableFuture<Void> close() {
		CloseReason reason = this.sessions.closeReason();
		Callback.Completable sent = new Callback.Completable();
		this.session.close(reason.getCloseCode().getCode(), reason.getReasonPhrase(), sent);
		return sent;
	}

	/**
	 * Asks the handler of the frames, whose class is not the same in every Jetty: that of
	 * a Jakarta endpoint has its session.
	 */
	private @Nullable Session standard() {
		FrameHandler handler = this.session.getHandler();
		Method method = ReflectionUtils.findMethod(handler.getClass(), "getSession");
		if (method == null || !Session.class.isAssignableFrom(method.getReturnType())) {
			return null;
		}
		return (Session) ReflectionUtils.invokeMethod(method, handler);
	}

}
