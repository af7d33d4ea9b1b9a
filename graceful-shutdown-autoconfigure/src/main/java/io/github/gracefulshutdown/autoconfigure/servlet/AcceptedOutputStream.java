package io.github.gracefulshutdown.autoconfigure.servlet;

import java.io.IOException;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;

/**
 * Stream of a response that is, or may turn out to be, one that does not end by itself.
 */
final class AcceptedOutputStream extends ServletOutputStream {

	private final NoticeResponse response;

	private final ServletOutputStream stream;

	AcceptedOutputStream(NoticeResponse response, ServletOutputStream stream) {
		this.response = response;
		this.stream = stream;
	}

	@Override
	public void write(int b) throws IOException {
		EndlessResponse endless = this.response.begin();
		if (endless == null) {
			this.stream.write(b);
		}
		else {
			endless.write(() -> this.stream.write(b), 1, (index) -> b);
		}
	}

	@Override
	public void write(byte[] bytes, int offset, int length) throws IOException {
		EndlessResponse endless = this.response.begin();
		if (endless == null) {
			this.stream.write(bytes, offset, length);
		}
		else {
			endless.write(() -> this.stream.write(bytes, offset, length), length, (index) -> bytes[offset + index]);
		}
	}

	@Override
	public void flush() throws IOException {
		EndlessResponse endless = this.response.begin();
		if (endless == null) {
			this.stream.flush();
		}
		else {
			endless.write(this.stream::flush, 0, (index) -> 0);
		}
	}

	@Override
	public void close() throws IOException {
		EndlessResponse endless = this.response.begin();
		if (endless == null) {
			this.stream.close();
		}
		else {
			endless.unlessEnded(this.stream::close);
		}
	}

	@Override
	public boolean isReady() {
		return this.stream.isReady();
	}

	@Override
	public void setWriteListener(WriteListener listener) {
		EndlessResponse endless = this.response.begin();
		if (endless != null) {
			endless.setNonBlocking();
		}
		this.stream.setWriteListener(listener);
	}

}
