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
		return SERVLET_PRESENT && OnServlet.isHttp2(nativeRequest(request));
	}

	/** Returns the end that the container tells of, or {@code null} if it does not. */
	static @Nullable RequestEnd end(ServerHttpRequest request) {
		return SERVLET_PRESENT ? OnServlet.end(nativeRequest(request)) : null;
	}

	/** Returns what the server has made, if there is one: tests make requests without. */
	private static @Nullable Object nativeRequest(ServerHttpRequest request) {
		try {
			return ServerHttpRequestDecorator.getNativeRequest(request);
		}
		catch (IllegalStateException | IllegalArgumentException ex) {
			return null;
		}
	}

	/** Loaded where its types are. */
	private static final class OnServlet {

		static boolean isHttp2(@Nullable Object request) {
			return request instanceof HttpServletRequest servletRequest
					&& servletRequest.getProtocol().startsWith("HTTP/2");
		}

		static @Nullable RequestEnd end(@Nullable Object request) {
			return (request instanceof HttpServletRequest servletRequest
					&& servletRequest.getAttribute(RequestEnd.REQUEST_ATTRIBUTE) instanceof RequestEnd end) ? end
							: null;
		}

	}

}
