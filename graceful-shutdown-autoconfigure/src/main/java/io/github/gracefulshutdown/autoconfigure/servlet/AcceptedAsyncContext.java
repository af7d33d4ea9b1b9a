package io.github.gracefulshutdown.autoconfigure.servlet;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;

/**
 * Asynchronous work of the application. Its end has no effect on a response that was
 * ended before.
 */
final class AcceptedAsyncContext implements AsyncContext {

	private final AsyncContext context;

	private final NoticeResponse response;

	AcceptedAsyncContext(AsyncContext context, NoticeResponse response) {
		this.context = context;
		this.response = response;
	}

	@Override
	public void complete() {
		if (this.response.tryLeave()) {
			this.context.complete();
		}
	}

	@Override
	public void dispatch() {
		if (this.response.tryLeave()) {
			this.context.dispatch();
		}
	}

	@Override
	public void dispatch(String path) {
		if (this.response.tryLeave()) {
			this.context.dispatch(path);
		}
	}

	@Override
	public void dispatch(ServletContext servletContext, String path) {
		if (this.response.tryLeave()) {
			this.context.dispatch(servletContext, path);
		}
	}

	@Override
	public ServletRequest getRequest() {
		return this.context.getRequest();
	}

	@Override
	public ServletResponse getResponse() {
		return this.context.getResponse();
	}

	@Override
	public boolean hasOriginalRequestAndResponse() {
		return this.context.hasOriginalRequestAndResponse();
	}

	@Override
	public void start(Runnable work) {
		this.context.start(work);
	}

	@Override
	public void addListener(AsyncListener listener) {
		this.context.addListener(listener);
	}

	@Override
	public void addListener(AsyncListener listener, ServletRequest request, ServletResponse response) {
		this.context.addListener(listener, request, response);
	}

	@Override
	public <T extends AsyncListener> T createListener(Class<T> type) throws ServletException {
		return this.context.createListener(type);
	}

	@Override
	public void setTimeout(long timeout) {
		this.context.setTimeout(timeout);
	}

	@Override
	public long getTimeout() {
		return this.context.getTimeout();
	}

}
