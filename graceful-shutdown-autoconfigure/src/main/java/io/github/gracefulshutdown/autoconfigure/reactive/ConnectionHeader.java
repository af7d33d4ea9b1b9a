package io.github.gracefulshutdown.autoconfigure.reactive;

import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpRequest;

/**
 * The header that asks to close a connection. HTTP/2 has none: Reactor Netty leaves it
 * out by itself, servlet containers send it.
 */
final class ConnectionHeader {

	private ConnectionHeader() {
	}

	static void close(ServerHttpRequest request, HttpHeaders response) {
		if (!ContainerRequest.isHttp2(request)) {
			response.set(HttpHeaders.CONNECTION, "close");
		}
	}

}
