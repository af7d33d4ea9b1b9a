package io.github.gracefulshutdown.autoconfigure.websocket;

import java.io.IOException;
import java.util.List;

import io.github.gracefulshutdown.autoconfigure.ExemptPaths;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.core.Ordered;
import org.springframework.util.function.SingletonSupplier;

/** Looks for handshakes of WebSockets, to count the sessions that come of them. */
final class HandshakeFilter implements Filter {

	// Right outside the filter that counts requests: the permit of the request is held
	// while that of the session is taken.
	static final int ORDER = Ordered.HIGHEST_PRECEDENCE + 9;

	private final WebSocketSessions sessions;

	// Looked up late: the actuator is not there yet when the container makes its filters.
	private final SingletonSupplier<List<ExemptPaths>> exemptPaths;

	HandshakeFilter(WebSocketSessions sessions, ObjectProvider<ExemptPaths> exemptPaths) {
		this.sessions = sessions;
		this.exemptPaths = SingletonSupplier.of(() -> exemptPaths.stream().toList());
	}

	@Override
	public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
			throws IOException, ServletException {
		if (request instanceof HttpServletRequest httpRequest
				&& "websocket".equalsIgnoreCase(httpRequest.getHeader("Upgrade"))
				&& !isExempt(httpRequest, this.exemptPaths.obtain())) {
			chain.doFilter(new HandshakeRequest(httpRequest, this.sessions), response);
		}
		else {
			chain.doFilter(request, response);
		}
	}

	static boolean isExempt(HttpServletRequest request, List<ExemptPaths> exemptPaths) {
		String pathInfo = request.getPathInfo();
		String path = (pathInfo != null) ? request.getServletPath() + pathInfo : request.getServletPath();
		return exemptPaths.stream().anyMatch((exempt) -> exempt.contains(path));
	}

}
