package io.github.gracefulshutdown.autoconfigure.servlet;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import org.jspecify.annotations.Nullable;

/**
 * Request that was let in. It keeps the response in hand when the request goes on without
 * its thread: without arguments the container would go on with its own.
 */
final class AcceptedRequest extends HttpServletRequestWrapper {

	private final NoticeResponse response;

	private @Nullable AsyncContext async;

	AcceptedRequest(HttpServletRequest request, NoticeResponse response) {
		super(request);
		this.response = response;
	}

	@Override
	public AsyncContext startAsync() {
		return startAsync(this, this.response);
	}

	@Override
	public AsyncContext startAsync(ServletRequest request, ServletResponse response) {
		AsyncContext started = super.startAsync(request, response);
		this.async = new AcceptedAsyncContext(started, this.response);
		this.response.setAsync(started);
		return this.async;
	}

	@Override
	public AsyncContext getAsyncContext() {
		AsyncContext current = super.getAsyncContext(); // fails if there is none
		return (this.async != null) ? this.async : current;
	}

}
