package io.github.gracefulshutdown.autoconfigure.websocket;

import java.lang.reflect.Method;

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

	JettySession(WebSocketCoreSession session) {
		this.session = session;
	}

	@Override
	public void close(CloseReason reason) {
		this.session.close(reason.getCloseCode().getCode(), reason.getReasonPhrase(), Callback.NOOP);
	}

	/**
	 * Asks the handler of the frames, whose class is not the same in every Jetty: that of
	 * a Jakarta endpoint has its session.
	 */
	@Override
	public @Nullable Session session() {
		FrameHandler handler = this.session.getHandler();
		Method method = ReflectionUtils.findMethod(handler.getClass(), "getSession");
		if (method == null || !Session.class.isAssignableFrom(method.getReturnType())) {
			return null;
		}
		return (Session) ReflectionUtils.invokeMethod(method, handler);
	}

}
