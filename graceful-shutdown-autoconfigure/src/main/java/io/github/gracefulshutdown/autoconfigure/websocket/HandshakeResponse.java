package io.github.gracefulshutdown.autoconfigure.websocket;

import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;

/**
 * Answer to a handshake. Once it is that the protocol changes, nothing that is meant for
 * ordinary responses, such as the wish to close the connection, gets into it.
 */
final class HandshakeResponse extends HttpServletResponseWrapper {

	HandshakeResponse(HttpServletResponse response) {
		super(response);
	}

	@Override
	public void setHeader(String name, String value) {
		if (!"Connection".equalsIgnoreCase(name) || getStatus() != SC_SWITCHING_PROTOCOLS) {
			super.setHeader(name, value);
		}
	}

}
