package io.github.gracefulshutdown.autoconfigure.websocket;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A WebSocket connection by hand, whose client does only what it is told to. */
final class RawConnection implements AutoCloseable {

	private final Socket socket;

	private final DataInputStream input;

	RawConnection(int port, String path) throws IOException {
		this.socket = new Socket("localhost", port);
		this.socket.setSoTimeout(15_000);
		this.input = new DataInputStream(this.socket.getInputStream());
		this.socket.getOutputStream().write("""
				GET %s HTTP/1.1\r
				Host: localhost\r
				Connection: Upgrade\r
				Upgrade: websocket\r
				Sec-WebSocket-Version: 13\r
				Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
				\r
				""".formatted(path).getBytes(StandardCharsets.US_ASCII));
	}

	/** Returns the head of the response to the handshake. */
	String readHead() throws IOException {
		StringBuilder head = new StringBuilder();
		while (head.indexOf("\r\n\r\n") < 0) {
			head.append((char) this.input.readUnsignedByte());
		}
		return head.toString();
	}

	/** Returns the code of the close frame, which has to be the next one. */
	int readCloseFrame() throws IOException {
		int first = this.input.readUnsignedByte();
		if (first != 0x88) {
			throw new IOException("Not a close frame: " + first);
		}
		byte[] payload = this.input.readNBytes(this.input.readUnsignedByte());
		return ((payload[0] & 0xff) << 8) | (payload[1] & 0xff);
	}

	/** Sends a frame that the protocol forbids: one that is not masked. */
	void sendBadFrame() throws IOException {
		this.socket.getOutputStream().write(new byte[] { (byte) 0x81, 1, 'x' });
	}

	/** Closes the connection without a close frame, by a reset. */
	void reset() throws IOException {
		this.socket.setSoLinger(true, 0);
		this.socket.close();
	}

	@Override
	public void close() throws IOException {
		this.socket.close();
	}

}
