package io.github.gracefulshutdown.autoconfigure;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;

/**
 * A connection of a client that does nothing by itself: it neither retries nor hides how
 * a connection ends.
 */
public final class RawConnection implements AutoCloseable {

	private final Socket socket;

	private final InputStream in;

	public RawConnection(int port) {
		try {
			this.socket = new Socket("localhost", port);
			this.socket.setSoTimeout(15_000);
			this.socket.setTcpNoDelay(true);
			this.in = new BufferedInputStream(this.socket.getInputStream());
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Sends the text.
	 * @return this
	 */
	public RawConnection send(String text) {
		return send(text.getBytes(StandardCharsets.US_ASCII));
	}

	/**
	 * Sends the bytes.
	 * @return this
	 */
	public RawConnection send(byte[] bytes) {
		try {
			this.socket.getOutputStream().write(bytes);
		}
		catch (IOException ex) {
			// What has become of it is read.
		}
		return this;
	}

	public RawConnection get(String path) {
		return send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
	}

	/** Begins to post so many bytes. */
	public RawConnection post(String path, long length) {
		return send("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + length + "\r\n\r\n");
	}

	/**
	 * Reads a response to its end and returns it, or a word for how the connection ended.
	 */
	public String readResponse() {
		try {
			String head = readHead();
			if (head.isEmpty()) {
				return "end";
			}
			String lowerCase = head.toLowerCase(java.util.Locale.ROOT);
			if (lowerCase.contains("transfer-encoding: chunked")) {
				return head + readChunks();
			}
			int length = lowerCase.indexOf("content-length: ");
			if (length < 0) {
				return head;
			}
			int begin = length + "content-length: ".length();
			int count = Integer.parseInt(lowerCase.substring(begin, lowerCase.indexOf('\r', begin)));
			return head + new String(this.in.readNBytes(count), StandardCharsets.US_ASCII);
		}
		catch (SocketTimeoutException ex) {
			return "timeout";
		}
		catch (SocketException ex) {
			return "reset";
		}
		catch (IOException ex) {
			return "broken";
		}
	}

	/**
	 * Returns the status of the next response, or a word for how the connection ended.
	 */
	public String readStatus() {
		String response = readResponse();
		return response.startsWith("HTTP/1.1 ") ? response.substring(9, 12) : response;
	}

	/** Reads the head of a response, which is empty if the connection has ended. */
	public String readHead() throws IOException {
		ByteArrayOutputStream head = new ByteArrayOutputStream();
		while (!head.toString(StandardCharsets.US_ASCII).endsWith("\r\n\r\n")) {
			int next = this.in.read();
			if (next == -1) {
				return "";
			}
			head.write(next);
		}
		return head.toString(StandardCharsets.US_ASCII);
	}

	private String readChunks() throws IOException {
		StringBuilder body = new StringBuilder();
		while (true) {
			int size = Integer.parseInt(readLine(), 16);
			body.append(new String(this.in.readNBytes(size), StandardCharsets.US_ASCII));
			readLine();
			if (size == 0) {
				return body.toString();
			}
		}
	}

	private String readLine() throws IOException {
		StringBuilder line = new StringBuilder();
		while (line.length() < 2 || line.charAt(line.length() - 1) != '\n') {
			int next = this.in.read();
			if (next == -1) {
				throw new IOException("The response ends in its middle");
			}
			line.append((char) next);
		}
		return line.substring(0, line.length() - 2);
	}

	/** Reads so many bytes, or fewer if the connection ends before. */
	public byte[] readBytes(int count) throws IOException {
		return this.in.readNBytes(count);
	}

	/** Reads until the server closes the connection, which is no reset. */
	public String readToEnd() throws IOException {
		return new String(this.in.readAllBytes(), StandardCharsets.UTF_8);
	}

	/** Returns whether the client can see that the server has closed the connection. */
	public boolean isClosedByServer() {
		try {
			this.socket.setSoTimeout(1);
			this.in.mark(1);
			int next = this.in.read();
			this.in.reset();
			return next == -1;
		}
		catch (SocketTimeoutException ex) {
			return false;
		}
		catch (IOException ex) {
			return true;
		}
		finally {
			restoreTimeout();
		}
	}

	private void restoreTimeout() {
		try {
			this.socket.setSoTimeout(15_000);
		}
		catch (SocketException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** Closes the connection by a reset. */
	public void reset() throws IOException {
		this.socket.setSoLinger(true, 0);
		this.socket.close();
	}

	@Override
	public void close() {
		try {
			this.socket.close();
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
