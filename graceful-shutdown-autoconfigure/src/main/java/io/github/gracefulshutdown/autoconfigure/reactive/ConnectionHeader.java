package io.github.gracefulshutdown.autoconfigure.reactive;

import jakarta.servlet.http.HttpServletRequest;

import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.util.ClassUtils;

/**
 * The header that asks to close a connection. HTTP/2 has none: Reactor Netty leaves it
 * out by itself, servlet containers send it.
 */
final class ConnectionHeader {

	private static final boolean SERVLET_PRESENT = ClassUtils.isPresent("jakarta.servlet.http.HttpServletRequest",
			ConnectionHeader.class.getClassLoader());

	private ConnectionHeader() {
	}

	static void close(ServerHttpRequest request, HttpHeaders response) {
		if (!SERVLET_PRESENT || !OnServlet.isHttp2(ServerHttpRequestDecorator.getNativeRequest(request))) {
			response.set(HttpHeaders.CONNECTION, "close");
		}
	}

	/** Loaded where its types are. */
	private static final class OnServlet {

		static boolean isHttp2(Object request) {
			return request instanceof HttpServletRequest servletRequest
					&& servletRequest.getProtocol().startsWith("HTTP/2");
		}

	}

}
