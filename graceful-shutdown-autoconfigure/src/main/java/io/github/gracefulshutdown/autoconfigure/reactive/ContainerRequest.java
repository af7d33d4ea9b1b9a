package io.github.gracefulshutdown.autoconfigure.reactive;

import io.github.gracefulshutdown.autoconfigure.RequestEnd;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.util.ClassUtils;

/** What a servlet container, if the application runs on one, knows of a request. */
final class ContainerRequest {

	private static final boolean SERVLET_PRESENT = ClassUtils.isPresent("jakarta.servlet.http.HttpServletRequest",
			ContainerRequest.class.getClassLoader());

	private ContainerRequest() {
	}

	static boolean isHttp2(ServerHttpRequest request) {
		return SERVLET_PRESENT && OnServlet.isHttp2(ServerHttpRequestDecorator.getNativeRequest(request));
	}

	/** Returns the end that the container tells of, or {@code null} if it does not. */
	static @Nullable RequestEnd end(ServerHttpRequest request) {
		return SERVLET_PRESENT ? OnServlet.end(ServerHttpRequestDecorator.getNativeRequest(request)) : null;
	}

	/** Loaded where its types are. */
	private static final class OnServlet {

		static boolean isHttp2(Object request) {
			return request instanceof HttpServletRequest servletRequest
					&& servletRequest.getProtocol().startsWith("HTTP/2");
		}

		static @Nullable RequestEnd end(Object request) {
			return (request instanceof HttpServletRequest servletRequest
					&& servletRequest.getAttribute(RequestEnd.REQUEST_ATTRIBUTE) instanceof RequestEnd end) ? end
							: null;
		}

	}

}
