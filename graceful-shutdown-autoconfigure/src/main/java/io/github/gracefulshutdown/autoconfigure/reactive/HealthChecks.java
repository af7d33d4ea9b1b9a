package io.github.gracefulshutdown.autoconfigure.reactive;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

import io.github.gracefulshutdown.autoconfigure.HealthCheckPaths;
import io.github.gracefulshutdown.autoconfigure.Probers;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.http.HttpHeaders;
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
		if (isHealthCheck(DrainWebFilter.decode(request.getPath().pathWithinApplication()))) {
			HttpStatusCode status = exchange.getResponse().getStatusCode();
			this.probers.checked(request.getMethod() + " " + request.getPath().value(),
					host(request.getRemoteAddress()), request.getHeaders().getFirst(HttpHeaders.USER_AGENT),
					status != null && status.isError());
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

	private static String host(@Nullable InetSocketAddress remote) {
		InetAddress address = (remote != null) ? remote.getAddress() : null;
		return (address != null) ? address.getHostAddress() : "unknown";
	}

}
