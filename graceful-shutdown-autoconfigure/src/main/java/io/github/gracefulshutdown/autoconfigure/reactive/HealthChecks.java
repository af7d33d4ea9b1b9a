package io.github.gracefulshutdown.autoconfigure.reactive;

import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;

import io.github.gracefulshutdown.autoconfigure.HealthCheckPaths;
import io.github.gracefulshutdown.autoconfigure.HealthCheckPaths.Part;
import io.github.gracefulshutdown.autoconfigure.Probers;
import io.github.gracefulshutdown.autoconfigure.Readiness;

import reactor.core.publisher.Mono;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.util.function.SingletonSupplier;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilterChain;

/**
 * Notes who checks the health of this instance and what the answer is, and answers by
 * itself what the endpoint does not know.
 */
final class HealthChecks {

	private final Probers probers;

	private final Readiness readiness;

	private final SingletonSupplier<List<HealthCheckPaths>> paths;

	HealthChecks(Probers probers, Readiness readiness, ObjectProvider<HealthCheckPaths> paths) {
		this.probers = probers;
		this.readiness = readiness;
		this.paths = SingletonSupplier.of(() -> paths.stream().toList());
	}

	/**
	 * Has the request answered, by the chain unless the instance leaves and that is to be
	 * told otherwise, and takes note of it.
	 */
	Mono<Void> answer(ServerWebExchange exchange, WebFilterChain chain) {
		String path = DrainWebFilter.decode(exchange.getRequest().getPath().pathWithinApplication());
		if (!isHealthCheck(path)) {
			return chain.filter(exchange);
		}
		Readiness.Answer answer = this.readiness.answer(() -> part(path),
				exchange.getRequest().getHeaders().getFirst(HttpHeaders.USER_AGENT));
		Mono<Void> answered = (answer != null) ? send(answer, exchange.getResponse()) : chain.filter(exchange);
		return answered.doOnSuccess((sent) -> note(exchange, path));
	}

	private static Mono<Void> send(Readiness.Answer answer, ServerHttpResponse response) {
		response.setStatusCode(HttpStatusCode.valueOf(answer.status()));
		response.getHeaders().setContentType(MediaType.APPLICATION_JSON);
		return response.writeWith(
				Mono.fromSupplier(() -> response.bufferFactory().wrap(answer.body().getBytes(StandardCharsets.UTF_8))));
	}

	private void note(ServerWebExchange exchange, String path) {
		ServerHttpRequest request = exchange.getRequest();
		HttpStatusCode status = exchange.getResponse().getStatusCode();
		this.probers.checked(request.getMethod().name(), request.getPath().contextPath().value() + path,
				PeerAddress.of(request), request.getHeaders().getFirst(HttpHeaders.USER_AGENT),
				(status != null) ? status.value() : HttpStatus.OK.value());
	}

	private Part part(String path) {
		return this.paths.obtain()
			.stream()
			.map((paths) -> paths.part(path))
			.min(Comparator.naturalOrder())
			.orElse(Part.OTHER);
	}

	private boolean isHealthCheck(String path) {
		for (HealthCheckPaths paths : this.paths.obtain()) {
			if (paths.contains(path)) {
				return true;
			}
		}
		return false;
	}

}
