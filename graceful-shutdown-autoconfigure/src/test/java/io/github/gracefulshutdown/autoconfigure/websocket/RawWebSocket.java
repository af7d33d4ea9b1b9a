package io.github.gracefulshutdown.autoconfigure.websocket;

import java.io.IOException;
import java.util.HexFormat;

import io.github.gracefulshutdown.autoconfigure.RawConnection;

/** A WebSocket connection by hand, whose client does only what it is told to. */
final class RawWebSocket implements AutoCloseable {

	private final RawConnection connection;

	RawWebSocket(int port, String path) {
		this.connection = new RawConnection(port).send("""
				GET %s HTTP/1.1\r
				Host: localhost\r
				Connection: Upgrade\r
				Upgrade: websocket\r
				Sec-WebSocket-Version: 13\r
				Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
				\r
				""".formatted(path));
	}

	/** Returns the head of the response to the handshake. */
	String readHead() throws IOException {
		return this.connection.readHead();
	}

	/** Returns the code of the close frame, which has to be the next one. */
	int readCloseFrame() throws IOException {
		byte[] frame = this.connection.readBytes(2);
		if (frame.length < 2 || (frame[0] & 0xff) != 0x88) {
			throw new IOException("Not a close frame: " + HexFormat.of().formatHex(frame));
		}
		byte[] payload = this.connection.readBytes(frame[1]);
		return ((payload[0] & 0xff) << 8) | (payload[1] & 0xff);
	}

	/** Sends a frame that the protocol forbids: one that is not masked. */
	void sendBadFrame() {
		this.connection.send(new byte[] { (byte) 0x81, 1, 'x' });
	}

	/** Closes the connection without a close frame, by a reset. */
	void reset() throws IOException {
		this.connection.reset();
	}

	@Override
	public void close() {
		this.connection.close();
	}

}
