package io.github.gracefulshutdown.autoconfigure.reactive;

import io.github.gracefulshutdown.Permit;
import org.jspecify.annotations.Nullable;

import org.springframework.http.server.reactive.HttpHandler;

/**
 * The end of one request, at which its permit is given back. It is further out than any
 * filter: behind the answer to an error that the filters let pass, and behind the commit
 * of a response without a body. Where it is, the Reactor context has it under its class.
 */
final class RequestEnd {

	private volatile @Nullable Permit permit;

	private volatile boolean reached;

	/** Has each request that the handler handles come to an end of this kind. */
	static HttpHandler decorate(HttpHandler handler) {
		return (request, response) -> {
			RequestEnd end = new RequestEnd();
			return handler.handle(request, response)
				.contextWrite((context) -> context.put(RequestEnd.class, end))
				.doFinally((signal) -> end.reach());
		};
	}

	/** Gives the permit back at the end, at once if the client has gone away already. */
	void hold(Permit permit) {
		this.permit = permit;
		if (this.reached) { // read after the permit was written
			permit.close();
		}
	}

	private void reach() {
		this.reached = true;
		Permit held = this.permit;
		if (held != null) {
			held.close();
		}
	}

}
