package io.github.gracefulshutdown.autoconfigure.websocket;

import java.io.IOException;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;

import org.springframework.core.Ordered;

/** Looks for handshakes of WebSockets, to count the sessions that come of them. */
final class HandshakeFilter implements Filter {

	// Right outside the filter that counts requests: the permit of the request is held
	// while that of the session is taken.
	static final int ORDER = Ordered.HIGHEST_PRECEDENCE + 9;

	private final WebSocketSessions sessions;

	HandshakeFilter(WebSocketSessions sessions) {
		this.sessions = sessions;
	}

	@Override
	public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
			throws IOException, ServletException {
		if (request instanceof HttpServletRequest httpRequest
				&& "websocket".equalsIgnoreCase(httpRequest.getHeader("Upgrade"))) {
			chain.doFilter(new HandshakeRequest(httpRequest, this.sessions), response);
		}
		else {
			chain.doFilter(request, response);
		}
	}

}
