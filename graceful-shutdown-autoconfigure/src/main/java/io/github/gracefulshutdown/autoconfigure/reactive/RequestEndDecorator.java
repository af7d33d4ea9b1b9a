package io.github.gracefulshutdown.autoconfigure.reactive;

import io.github.gracefulshutdown.autoconfigure.RequestEnd;
import reactor.util.context.Context;

import org.springframework.http.server.reactive.HttpHandler;

/**
 * Has each request that a handler handles come to an end of its own, further out than any
 * filter: behind the answer to an error that the filters let pass, and behind the commit
 * of a response without a body. A servlet container that tells of the end does so when it
 * has sent the rest of the response; the handshake of a WebSocket ends before that. The
 * Reactor context has it under its class.
 */
final class RequestEndDecorator {

	private RequestEndDecorator() {
	}

	static HttpHandler decorate(HttpHandler handler) {
		return (request, response) -> {
			RequestEnd ofContainer = DrainWebFilter.isHandshake(request) ? null : ContainerRequest.end(request);
			if (ofContainer != null) {
				return handler.handle(request, response).contextWrite((context) -> put(context, ofContainer));
			}
			RequestEnd end = new RequestEnd();
			return handler.handle(request, response)
				.contextWrite((context) -> put(context, end))
				.doFinally((signal) -> end.reach());
		};
	}

	private static Context put(Context context, RequestEnd end) {
		return context.put(RequestEnd.class, end);
	}

}
