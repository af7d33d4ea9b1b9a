package io.github.gracefulshutdown.autoconfigure.reactive;

import io.github.gracefulshutdown.autoconfigure.RequestEnd;

import org.springframework.http.server.reactive.HttpHandler;

/**
 * Has each request that a handler handles come to an end of its own, further out than any
 * filter: behind the answer to an error that the filters let pass, and behind the commit
 * of a response without a body. The Reactor context has it under its class.
 */
final class RequestEndDecorator {

	private RequestEndDecorator() {
	}

	static HttpHandler decorate(HttpHandler handler) {
		return (request, response) -> {
			RequestEnd end = new RequestEnd();
			return handler.handle(request, response)
				.contextWrite((context) -> context.put(RequestEnd.class, end))
				.doFinally((signal) -> end.reach());
		};
	}

}
