package io.github.gracefulshutdown.autoconfigure.tomcat;

import java.io.IOException;
import java.util.concurrent.atomic.LongAdder;

import jakarta.servlet.ServletException;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;

/**
 * Counts the HTTP/1 requests that have a thread and a handler, exempt ones too: what else
 * a connection is busy with is on its way. Requests of HTTP/2 share their connection and
 * are left out.
 */
final class RequestsInsideValve extends ValveBase {

	private final LongAdder entered = new LongAdder();

	private final LongAdder exited = new LongAdder();

	RequestsInsideValve() {
		super(true);
	}

	@Override
	public void invoke(Request request, Response response) throws IOException, ServletException {
		if ("HTTP/2.0".equals(request.getProtocol())) {
			getNext().invoke(request, response);
			return;
		}
		this.entered.increment();
		try {
			getNext().invoke(request, response);
		}
		finally {
			this.exited.increment();
		}
	}

	long entered() {
		return this.entered.sum();
	}

	long exited() {
		return this.exited.sum();
	}

}
