package io.github.gracefulshutdown.autoconfigure.servlet;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/**
 * Body of a request that has its answer already. It is read all the same, because a
 * connection that is closed with unread data in it is reset, and the reset can destroy
 * the answer before the client has read it. Reading holds no thread, and ends after so
 * many bytes or so much time, so that a client that stalls holds nothing up.
 */
final class RefusedBody implements ReadListener, AsyncListener {

	private static final long TIMEOUT_MILLIS = 2_000;

	private static final long TIMEOUT_NANOS = TimeUnit.MILLISECONDS.toNanos(TIMEOUT_MILLIS);

	private static final int MAX_BYTES = 16 * 1024 * 1024;

	private final AsyncContext async;

	private final ServletInputStream body;

	private final byte[] buffer = new byte[8192];

	private final AtomicBoolean completed = new AtomicBoolean();

	private final long beganNanos = System.nanoTime();

	private int total;

	private RefusedBody(AsyncContext async, ServletInputStream body) {
		this.async = async;
		this.body = body;
	}

	static void read(HttpServletRequest request, HttpServletResponse response) throws IOException {
		if (!hasBody(request) || !request.isAsyncSupported()) {
			return;
		}
		AsyncContext async = request.startAsync(request, response);
		async.setTimeout(TIMEOUT_MILLIS);
		RefusedBody refused = new RefusedBody(async, request.getInputStream());
		async.addListener(refused);
		refused.body.setReadListener(refused);
	}

	/** A client that waits for "100 Continue" sends no body after another answer. */
	private static boolean hasBody(HttpServletRequest request) {
		return (request.getContentLengthLong() > 0 || request.getHeader("Transfer-Encoding") != null)
				&& request.getHeader("Expect") == null;
	}

	@Override
	public void onDataAvailable() throws IOException {
		while (this.body.isReady()) {
			int read = this.body.read(this.buffer);
			if (read == -1) {
				return;
			}
			this.total += read;
			if (this.total > MAX_BYTES || System.nanoTime() - this.beganNanos > TIMEOUT_NANOS) {
				complete();
				return;
			}
		}
	}

	@Override
	public void onAllDataRead() {
		complete();
	}

	@Override
	public void onError(Throwable ex) {
		complete();
	}

	@Override
	public void onTimeout(AsyncEvent event) {
		complete();
	}

	@Override
	public void onError(AsyncEvent event) {
		complete();
	}

	@Override
	public void onComplete(AsyncEvent event) {
	}

	@Override
	public void onStartAsync(AsyncEvent event) {
	}

	private void complete() {
		if (this.completed.compareAndSet(false, true)) {
			this.async.complete();
		}
	}

}
