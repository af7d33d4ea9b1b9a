package io.github.gracefulshutdown.autoconfigure.servlet;

import jakarta.servlet.http.HttpServletRequest;

/** Path of a request within the application. */
final class RequestPath {

	private RequestPath() {
	}

	/** Returns the decoded path without the context path. */
	static String of(HttpServletRequest request) {
		String pathInfo = request.getPathInfo();
		return (pathInfo != null) ? request.getServletPath() + pathInfo : request.getServletPath();
	}

}
