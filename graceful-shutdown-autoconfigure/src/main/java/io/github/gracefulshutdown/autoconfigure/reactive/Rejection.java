package io.github.gracefulshutdown.autoconfigure.reactive;

import java.nio.charset.StandardCharsets;

import io.github.gracefulshutdown.autoconfigure.RequestAdmission;
import reactor.core.publisher.Mono;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;

/**
 * Answer to a request that was refused: a 503 that says that nothing was executed, with a
 * problem document (RFC 9457). Not an error, which the application would handle.
 */
final class Rejection {

	private static final byte[] BODY = RequestAdmission.REJECTION_PROBLEM.getBytes(StandardCharsets.UTF_8);

	private final RequestAdmission admission;

	private final CrossOrigin crossOrigin;

	Rejection(RequestAdmission admission, CrossOrigin crossOrigin) {
		this.admission = admission;
		this.crossOrigin = crossOrigin;
	}

	Mono<Void> send(ServerWebExchange exchange) {
		return this.crossOrigin.answers(exchange)
			.flatMap((answered) -> answered ? complete(exchange)
					: refuse(exchange.getRequest(), exchange.getResponse()));
	}

	private static Mono<Void> complete(ServerWebExchange exchange) {
		ServerHttpResponse response = exchange.getResponse();
		response.setStatusCode(HttpStatus.OK);
		ConnectionHeader.close(exchange.getRequest(), response.getHeaders());
		return response.setComplete();
	}

	private Mono<Void> refuse(ServerHttpRequest request, ServerHttpResponse response) {
		response.setStatusCode(HttpStatus.SERVICE_UNAVAILABLE);
		HttpHeaders headers = response.getHeaders();
		headers.set(RequestAdmission.MARKER_NAME, RequestAdmission.MARKER_REJECTED);
		headers.set(RequestAdmission.INSTANCE_NAME, this.admission.instanceId());
		headers.set(RequestAdmission.METHOD_NAME, request.getMethod().name());
		headers.set(HttpHeaders.RETRY_AFTER, "0");
		ConnectionHeader.close(request, headers);
		headers.setContentType(MediaType.APPLICATION_PROBLEM_JSON);
		Mono<DataBuffer> body = Mono.fromSupplier(() -> response.bufferFactory().wrap(BODY));
		// Flushed before it ends: with its end the servers close the connection.
		return RefusedBody.isExpected(request)
				? response.writeAndFlushWith(Mono.just(body)).then(RefusedBody.read(request))
				: response.writeWith(body);
	}

}
