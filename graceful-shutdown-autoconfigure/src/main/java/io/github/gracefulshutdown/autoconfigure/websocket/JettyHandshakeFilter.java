package io.github.gracefulshutdown.autoconfigure.websocket;

import java.io.IOException;

import io.github.gracefulshutdown.autoconfigure.ExemptPaths;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import org.eclipse.jetty.server.HttpStream;
import org.eclipse.jetty.websocket.core.WebSocketConnection;

import org.springframework.core.Ordered;

/**
 * Looks for handshakes of WebSockets that Jetty has accepted, to count the sessions that
 * come of them. Whatever makes the endpoint, Jetty leaves the connection of the new
 * protocol with the request, and takes to it when the request is complete.
 */
final class JettyHandshakeFilter implements Filter {

	// Right inside the filter that counts requests: the permit of the request is held
	// while that of the session is taken.
	static final int ORDER = Ordered.HIGHEST_PRECEDENCE + 11;

	private final WebSocketSessions sessions;

	JettyHandshakeFilter(WebSocketSessions sessions) {
		this.sessions = sessions;
	}

	@Override
	public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
			throws IOException, ServletException {
		chain.doFilter(request, response);
		if (request.getAttribute(HttpStream.UPGRADE_CONNECTION_ATTRIBUTE) instanceof WebSocketConnection next
				&& request instanceof HttpServletRequest httpRequest
				&& request.getAttribute(ExemptPaths.REQUEST_ATTRIBUTE) == null) {
			request.setAttribute(HttpStream.UPGRADE_CONNECTION_ATTRIBUTE,
					CountedJettyConnection.count(next, httpRequest.getRequestURI(), this.sessions));
		}
	}

}
