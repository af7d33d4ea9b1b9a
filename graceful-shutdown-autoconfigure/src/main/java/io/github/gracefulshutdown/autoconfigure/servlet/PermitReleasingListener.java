package io.github.gracefulshutdown.autoconfigure.servlet;

import io.github.gracefulshutdown.Permit;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.http.HttpServletRequest;

/**
 * Gives the permit of an asynchronous request back when the request is complete. A
 * timeout or an error is not the end: the container completes the request after it, and
 * says so.
 */
final class PermitReleasingListener implements AsyncListener {

	private final Permit permit;

	private PermitReleasingListener(Permit permit) {
		this.permit = permit;
	}

	static void releaseAtEnd(HttpServletRequest request, Permit permit) {
		if (request.isAsyncStarted()) {
			try {
				request.getAsyncContext().addListener(new PermitReleasingListener(permit));
				return;
			}
			catch (IllegalStateException ex) {
				// It has come to its end in between.
			}
		}
		permit.close();
	}

	@Override
	public void onComplete(AsyncEvent event) {
		this.permit.close();
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
