package io.github.gracefulshutdown.autoconfigure.tomcat;

import java.io.IOException;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;

import io.github.gracefulshutdown.autoconfigure.RequestEnd;
import jakarta.servlet.ServletException;
import org.apache.catalina.AccessLog;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;

/**
 * Counts the requests of a web application that have a thread and a handler, exempt ones
 * too: what else a connection is busy with is on its way. A request of HTTP/2 that goes
 * on without its thread, which has no connection of its own that would show that, is
 * counted to its end.
 * <p>
 * Tells of the end of each, which is where Tomcat logs it: behind error pages, and after
 * all that may become of asynchronous work. Its listeners are not told in each case, as
 * when the client resets the stream.
 */
final class RequestsInsideValve extends ValveBase implements AccessLog {

	private static final String GOES_ON_ATTRIBUTE = RequestsInsideValve.class.getName() + ".GOES_ON";

	private static final String UPLOAD_ATTRIBUTE = RequestsInsideValve.class.getName() + ".UPLOAD";

	private final Counts requests;

	private final Counts streams;

	private final Set<Upload> uploads;

	/**
	 * Creates a valve.
	 * @param requests the counts of the requests of HTTP/1
	 * @param streams the counts of the requests of HTTP/2
	 * @param uploads where the requests of HTTP/1 go that have a body
	 */
	RequestsInsideValve(Counts requests, Counts streams, Set<Upload> uploads) {
		super(true);
		this.requests = requests;
		this.streams = streams;
		this.uploads = uploads;
	}

	@Override
	public void invoke(Request request, Response response) throws IOException, ServletException {
		boolean stream = "HTTP/2.0".equals(request.getProtocol());
		if (request.getAttribute(RequestEnd.REQUEST_ATTRIBUTE) == null) {
			request.setAttribute(RequestEnd.REQUEST_ATTRIBUTE, new RequestEnd());
			Upload upload = stream ? null : Upload.of(request);
			if (upload != null) {
				this.uploads.add(upload);
				request.setAttribute(UPLOAD_ATTRIBUTE, upload);
			}
		}
		else if (stream) { // is dispatched again, and counted
			getNext().invoke(request, response);
			return;
		}
		Counts counts = stream ? this.streams : this.requests;
		counts.entered.increment();
		try {
			getNext().invoke(request, response);
		}
		finally {
			if (stream && request.isAsyncStarted()) {
				request.setAttribute(GOES_ON_ATTRIBUTE, true);
			}
			else {
				counts.exited.increment();
			}
		}
	}

	/** Called once for each request, before Tomcat forgets its attributes. */
	@Override
	public void log(Request request, Response response, long time) {
		if (request.getAttribute(GOES_ON_ATTRIBUTE) != null) {
			this.streams.exited.increment();
		}
		if (request.getAttribute(UPLOAD_ATTRIBUTE) instanceof Upload upload) {
			this.uploads.remove(upload);
		}
		if (request.getAttribute(RequestEnd.REQUEST_ATTRIBUTE) instanceof RequestEnd end) {
			end.reach(); // after it, so that the request is seen by the one or the other
		}
	}

	/** Does nothing: there is nothing to enable. */
	@Override
	public void setRequestAttributesEnabled(boolean requestAttributesEnabled) {
	}

	@Override
	public boolean getRequestAttributesEnabled() {
		return false;
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

}
