package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;

/**
 * What has come of an upload while its handler waited for more, and whether that is
 * enough to call it an upload: 240 bytes a second, over a little less than two seconds.
 * It is far below what the slowest of honest clients sends, and what keeps a request
 * going for ever at no cost is below it. Not for use by two threads at a time.
 */
public final class UploadProgress {

	private static final Duration WINDOW = Duration.ofMillis(1_750);

	private static final long LEAST_BYTES = 420;

	private long bytes;

	private long sinceNanos;

	/**
	 * Begins to look.
	 * @param bytes how many have come until now
	 * @param nowNanos the monotonic time
	 */
	public UploadProgress(long bytes, long nowNanos) {
		this.bytes = bytes;
		this.sinceNanos = nowNanos;
	}

	/**
	 * Looks again, at a moment at which the handler waits for more.
	 * @param bytes how many have come until now
	 * @param nowNanos the monotonic time
	 * @return whether too few have come for too long
	 */
	public boolean isStalled(long bytes, long nowNanos) {
		if (bytes < this.bytes || bytes - this.bytes >= LEAST_BYTES) {
			this.bytes = bytes;
			this.sinceNanos = nowNanos;
		}
		return nowNanos - this.sinceNanos >= WINDOW.toNanos();
	}

}
