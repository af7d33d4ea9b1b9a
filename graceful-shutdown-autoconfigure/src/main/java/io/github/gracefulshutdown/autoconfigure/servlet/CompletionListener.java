package io.github.gracefulshutdown.autoconfigure.servlet;

import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.http.HttpServletRequest;

/**
 * Tells an asynchronous response when its request is complete. A timeout or an error is
 * not the end: the container completes the request after it, and says so in most cases.
 * In all cases its {@link io.github.gracefulshutdown.autoconfigure.RequestEnd} does, a
 * little later, where there is one.
 */
final class CompletionListener implements AsyncListener {

	private final NoticeResponse response;

	private CompletionListener(NoticeResponse response) {
		this.response = response;
	}

	static void completeAtEnd(HttpServletRequest request, NoticeResponse response) {
		if (request.isAsyncStarted()) {
			try {
				request.getAsyncContext().addListener(new CompletionListener(response));
				return;
			}
			catch (IllegalStateException ex) {
				// It has come to its end in between.
			}
		}
		response.complete();
	}

	@Override
	public void onComplete(AsyncEvent event) {
		this.response.complete();
	}

	@Override
	public void onTimeout(AsyncEvent event) {
	}

	@Override
	public void onError(AsyncEvent event) {
	}

	/** Stays with a request that starts asynchronous work again: listeners do not. */
	@Override
	public void onStartAsync(AsyncEvent event) {
		event.getAsyncContext().addListener(this);
	}

}
