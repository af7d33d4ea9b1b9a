package io.github.gracefulshutdown.autoconfigure.tomcat;

import io.github.gracefulshutdown.autoconfigure.UploadProgress;
import org.apache.catalina.connector.Request;
import org.apache.tomcat.util.net.SocketWrapperBase;
import org.jspecify.annotations.Nullable;

/**
 * A request of HTTP/1 with a body that is inside the application. Its connection is found
 * by the address and the port of the client, because Tomcat hides it from a request, and
 * the request from it while a thread has it.
 */
final class Upload {

	private final org.apache.coyote.Request request;

	private final String peer;

	private @Nullable UploadProgress progress;

	private Upload(org.apache.coyote.Request request, String peer) {
		this.request = request;
		this.peer = peer;
	}

	/** Returns the upload that the request is, or {@code null} if it has no body. */
	static @Nullable Upload of(Request request) {
		boolean body = request.getContentLengthLong() > 0 || request.getHeader("Transfer-Encoding") != null;
		return body ? new Upload(request.getCoyoteRequest(), key(request.getPeerAddr(), request.getRemotePort()))
				: null;
	}

	static String key(SocketWrapperBase<?> connection) {
		return key(connection.getRemoteAddr(), connection.getRemotePort());
	}

	private static String key(@Nullable String address, int port) {
		return address + " " + port;
	}

	/** Returns the {@linkplain #key(SocketWrapperBase) key} of the connection. */
	String peer() {
		return this.peer;
	}

	/**
	 * Looks how the upload gets on, by one thread at a time.
	 * @param awaited whether somebody waits for more of it
	 * @return whether its client does not go on with it
	 */
	boolean isStalled(boolean awaited) {
		long bytes = this.request.getBytesRead();
		if (this.progress == null && awaited) {
			this.progress = new UploadProgress(bytes, System.nanoTime());
		}
		return this.progress != null && awaited && this.progress.isStalled(bytes, System.nanoTime());
	}

}
