package io.github.gracefulshutdown.autoconfigure.servlet;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

import io.github.gracefulshutdown.autoconfigure.RequestAdmission;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/**
 * Answer to a request that was refused: a 503 that says that nothing was executed, with a
 * problem document (RFC 9457). Not an error dispatch, which would run through the
 * application.
 */
final class Rejection {

	private static final byte[] BODY = RequestAdmission.REJECTION_PROBLEM.getBytes(StandardCharsets.UTF_8);

	private final RequestAdmission admission;

	private final CrossOrigin crossOrigin;

	Rejection(RequestAdmission admission, CrossOrigin crossOrigin) {
		this.admission = admission;
		this.crossOrigin = crossOrigin;
	}

	void send(HttpServletRequest request, HttpServletResponse response) throws IOException {
		if (request.getProtocol().startsWith("HTTP/1")) {
			response.setHeader("Connection", "close");
		}
		if (!this.crossOrigin.answers(request, response)) {
			refuse(request, response);
		}
	}

	private void refuse(HttpServletRequest request, HttpServletResponse response) throws IOException {
		response.setStatus(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
		response.setHeader(RequestAdmission.MARKER_NAME, RequestAdmission.MARKER_REJECTED);
		response.setHeader(RequestAdmission.INSTANCE_NAME, this.admission.instanceId());
		response.setHeader(RequestAdmission.METHOD_NAME, request.getMethod());
		response.setHeader("Retry-After", "0");
		// No length: with the last byte of a response Tomcat closes the request as well.
		response.setContentType("application/problem+json");
		if (!"HEAD".equals(request.getMethod())) {
			response.getOutputStream().write(BODY);
		}
		response.flushBuffer();
		RefusedBody.read(request, response);
	}

}
