package io.github.gracefulshutdown.autoconfigure.servlet;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

import io.github.gracefulshutdown.autoconfigure.RequestAdmission;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answer to a request that was refused: a 503 that says that nothing was executed, with a
 * problem document (RFC 9457). Not an error dispatch, which would run through the
 * application.
 */
final class Rejection {

	private static final Logger logger = LoggerFactory.getLogger(Rejection.class);

	private static final byte[] BODY = """
			{"type":"about:blank","title":"Service Unavailable","status":503,\
			"detail":"This instance is shutting down. The request was not executed: send it to another instance."}"""
		.getBytes(StandardCharsets.UTF_8);

	private static final int MAX_BODY_READ = 16 * 1024 * 1024;

	private Rejection() {
	}

	static void send(HttpServletRequest request, HttpServletResponse response) throws IOException {
		response.setStatus(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
		response.setHeader(RequestAdmission.MARKER_NAME, RequestAdmission.MARKER_REJECTED);
		response.setHeader("Retry-After", "0");
		if (request.getProtocol().startsWith("HTTP/1")) {
			response.setHeader("Connection", "close");
		}
		response.setContentType("application/problem+json");
		if (!"HEAD".equals(request.getMethod())) {
			response.getOutputStream().write(BODY);
		}
		response.flushBuffer();
		readBody(request);
	}

	/*
	 * A connection that is closed with unread data in it is reset, and the reset can
	 * destroy the answer before the client has read it. So the answer is sent first,
	 * without a length, because Tomcat closes the request with the last byte of a
	 * response. A client that waits for "100 Continue" sends no body after it.
	 */
	private static void readBody(HttpServletRequest request) {
		if (request.getHeader("Expect") != null) {
			return;
		}
		try {
			InputStream body = request.getInputStream();
			byte[] buffer = new byte[8192];
			int total = 0;
			int read;
			while (total < MAX_BODY_READ && (read = body.read(buffer)) != -1) {
				total += read;
			}
		}
		catch (IOException ex) {
			logger.debug("The client of a refused request has gone", ex);
		}
	}

}
