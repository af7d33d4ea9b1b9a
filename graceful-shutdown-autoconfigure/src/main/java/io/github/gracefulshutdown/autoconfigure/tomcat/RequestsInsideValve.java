package io.github.gracefulshutdown.autoconfigure.tomcat;

import java.io.IOException;
import java.util.concurrent.atomic.LongAdder;

import io.github.gracefulshutdown.autoconfigure.RequestEnd;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletException;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;

/**
 * Counts the requests that have a thread and a handler, exempt ones too: what else a
 * connection is busy with is on its way. A request of HTTP/2, which has no connection of
 * its own that would show that it goes on, is counted until it is complete. Tells of the
 * end of each, which is where error pages are written.
 */
final class RequestsInsideValve extends ValveBase {

	private final Counts requests = new Counts();

	private final Counts streams = new Counts();

	RequestsInsideValve() {
		super(true);
	}

	@Override
	public void invoke(Request request, Response response) throws IOException, ServletException {
		if (request.getDispatcherType() == DispatcherType.ASYNC) {
			getNext().invoke(request, response);
			return;
		}
		boolean stream = "HTTP/2.0".equals(request.getProtocol());
		Counts counts = stream ? this.streams : this.requests;
		RequestEnd end = new RequestEnd();
		request.setAttribute(RequestEnd.REQUEST_ATTRIBUTE, end);
		counts.entered.increment();
		try {
			getNext().invoke(request, response);
		}
		finally {
			if (!stream || !exitsAtCompletion(request, counts)) {
				counts.exited.increment();
			}
			end.reach(); // after it, so that the request is seen by the one or the other
		}
	}

	private static boolean exitsAtCompletion(Request request, Counts counts) {
		if (request.isAsyncStarted()) {
			try {
				request.getAsyncContext().addListener(new CompletionListener(counts));
				return true;
			}
			catch (IllegalStateException ex) {
				// It has come to its end in between.
			}
		}
		return false;
	}

	/** Returns the counts of the requests of HTTP/1. */
	Counts requests() {
		return this.requests;
	}

	/** Returns the counts of the requests of HTTP/2. */
	Counts streams() {
		return this.streams;
	}

	/** How many have come and gone. */
	static final class Counts {

		private final LongAdder entered = new LongAdder();

		private final LongAdder exited = new LongAdder();

		long entered() {
			return this.entered.sum();
		}

		long exited() {
			return this.exited.sum();
		}

	}

	/** Counts an asynchronous request out when it is complete. */
	private static final class CompletionListener implements AsyncListener {

		private final Counts counts;

		CompletionListener(Counts counts) {
			this.counts = counts;
		}

		@Override
		public void onComplete(AsyncEvent event) {
			this.counts.exited.increment();
		}

		@Override
		public void onTimeout(AsyncEvent event) {
		}

		@Override
		public void onError(AsyncEvent event) {
		}

		@Override
		public void onStartAsync(AsyncEvent event) {
			event.getAsyncContext().addListener(this);
		}

	}

}
