package io.github.gracefulshutdown.autoconfigure.servlet;

import jakarta.servlet.http.HttpServletRequest;

import org.springframework.http.server.PathContainer;
import org.springframework.http.server.PathContainer.PathSegment;

/** Path of a request within the application. */
final class RequestPath {

	private RequestPath() {
	}

	/** Returns the decoded path without the context path. */
	static String of(HttpServletRequest request) {
		String pathInfo = request.getPathInfo();
		return (pathInfo != null) ? request.getServletPath() + pathInfo : request.getServletPath();
	}

	/**
	 * Returns whether the path is for all the same as it was sent. The container takes
	 * {@code /orders/../health} for {@code /health}, and a handler may take it for
	 * something below {@code /orders}.
	 */
	static boolean isPlain(HttpServletRequest request) {
		String uri = request.getRequestURI();
		String contextPath = request.getContextPath();
		return uri.startsWith(contextPath) && decode(uri.substring(contextPath.length())).equals(of(request));
	}

	private static String decode(String path) {
		StringBuilder decoded = new StringBuilder();
		for (PathContainer.Element element : PathContainer.parsePath(path).elements()) {
			decoded.append((element instanceof PathSegment segment) ? segment.valueToMatch() : element.value());
		}
		return decoded.toString();
	}

}
