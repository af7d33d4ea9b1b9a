package io.github.gracefulshutdown.autoconfigure.reactive;

import java.util.List;

import io.github.gracefulshutdown.autoconfigure.HealthCheckPaths;
import io.github.gracefulshutdown.autoconfigure.Probers;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.util.function.SingletonSupplier;
import org.springframework.web.server.ServerWebExchange;

/** Notes who checks the health of this instance and what the answer is. */
final class HealthChecks {

	private final Probers probers;

	private final SingletonSupplier<List<HealthCheckPaths>> paths;

	HealthChecks(Probers probers, ObjectProvider<HealthCheckPaths> paths) {
		this.probers = probers;
		this.paths = SingletonSupplier.of(() -> paths.stream().toList());
	}

	void answered(ServerWebExchange exchange) {
		ServerHttpRequest request = exchange.getRequest();
		String path = DrainWebFilter.decode(request.getPath().pathWithinApplication());
		if (isHealthCheck(path)) {
			HttpStatusCode status = exchange.getResponse().getStatusCode();
			this.probers.checked(request.getMethod().name(), request.getPath().contextPath().value() + path,
					PeerAddress.of(request), request.getHeaders().getFirst(HttpHeaders.USER_AGENT),
					(status != null) ? status.value() : HttpStatus.OK.value());
		}
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
