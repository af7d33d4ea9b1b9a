package io.github.gracefulshutdown.autoconfigure.servlet;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;

/**
 * Writer of a response that is, or may turn out to be, one that does not end by itself.
 */
final class AcceptedWriter extends PrintWriter {

	private final PrintWriter writer;

	AcceptedWriter(NoticeResponse response, PrintWriter writer) {
		super(new Guarded(response, writer));
		this.writer = writer;
	}

	@Override
	public boolean checkError() {
		return super.checkError() || this.writer.checkError();
	}

	/** Passes on what gets through; a failure sets the error of the print writer. */
	private static final class Guarded extends Writer {

		private final NoticeResponse response;

		private final PrintWriter writer;

		Guarded(NoticeResponse response, PrintWriter writer) {
			this.response = response;
			this.writer = writer;
		}

		@Override
		public void write(char[] chars, int offset, int length) throws IOException {
			EndlessResponse endless = this.response.begin();
			if (endless == null) {
				this.writer.write(chars, offset, length);
			}
			else {
				endless.write(() -> this.writer.write(chars, offset, length), length,
						(index) -> Math.min(chars[offset + index], Byte.MAX_VALUE));
			}
		}

		@Override
		public void flush() throws IOException {
			EndlessResponse endless = this.response.begin();
			if (endless == null) {
				this.writer.flush();
			}
			else {
				endless.write(this.writer::flush, 0, (index) -> 0);
			}
		}

		@Override
		public void close() throws IOException {
			EndlessResponse endless = this.response.begin();
			if (endless == null) {
				this.writer.close();
			}
			else {
				endless.unlessEnded(this.writer::close);
			}
		}

	}

}
