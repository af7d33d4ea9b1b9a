package io.github.gracefulshutdown.autoconfigure.websocket;

import java.io.IOException;

import io.github.gracefulshutdown.autoconfigure.ExemptPaths;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpUpgradeHandler;
import org.apache.tomcat.websocket.server.WsHttpUpgradeHandler;

/**
 * Handshake of a WebSocket. Whatever makes the endpoint, Tomcat asks the request for the
 * handler of the new protocol: here it gets its own, made to count.
 */
final class HandshakeRequest extends HttpServletRequestWrapper {

	private final WebSocketSessions sessions;

	HandshakeRequest(HttpServletRequest request, WebSocketSessions sessions) {
		super(request);
		this.sessions = sessions;
	}

	@Override
	public <T extends HttpUpgradeHandler> T upgrade(Class<T> type) throws IOException, ServletException {
		if (type != WsHttpUpgradeHandler.class || !CountedUpgradeHandler.isSupported()
				|| getAttribute(ExemptPaths.REQUEST_ATTRIBUTE) != null) {
			return super.upgrade(type);
		}
		CountedConnection connection = this.sessions.begin(getRequestURI());
		if (connection == null) {
			return super.upgrade(type);
		}
		try {
			CountedUpgradeHandler handler = super.upgrade(CountedUpgradeHandler.class);
			handler.count(this.sessions, connection);
			return type.cast(handler);
		}
		catch (IOException | ServletException | RuntimeException | Error ex) {
			connection.end();
			throw ex;
		}
	}

}
