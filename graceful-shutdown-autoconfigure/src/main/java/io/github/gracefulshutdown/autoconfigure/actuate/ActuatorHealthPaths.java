package io.github.gracefulshutdown.autoconfigure.actuate;

import java.util.Set;
import java.util.TreeSet;

import io.github.gracefulshutdown.autoconfigure.HealthCheckPaths;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.boot.actuate.endpoint.web.WebServerNamespace;
import org.springframework.util.function.SingletonSupplier;

/**
 * The paths of the health endpoint and of its groups, but of that for liveness: an
 * instance that leaves is alive.
 */
final class ActuatorHealthPaths implements HealthCheckPaths {

	static final EndpointId HEALTH = EndpointId.of("health");

	private final SingletonSupplier<Paths> paths;

	/**
	 * Creates the paths.
	 * @param endpoints the endpoints, looked up with the first request
	 * @param prefix what their paths begin with on the port of the application
	 * @param samePort whether the actuator shares the port of the application
	 */
	ActuatorHealthPaths(ObjectProvider<PathMappedEndpoints> endpoints, String prefix, boolean samePort) {
		this.paths = SingletonSupplier.of(() -> {
			Set<String> paths = new TreeSet<>();
			Set<String> whole = new TreeSet<>();
			endpoints.forEach((mapped) -> {
				mapped.getAdditionalPaths(WebServerNamespace.SERVER, HEALTH)
					.forEach((path) -> paths.add(prefix + path));
				String path = mapped.getPath(HEALTH);
				if (path != null) {
					paths.add(samePort ? prefix + path : path);
					whole.add(samePort ? prefix + path : path);
				}
			});
			return new Paths(paths, whole);
		});
	}

	@Override
	public boolean contains(String path) {
		if (path.endsWith("/liveness") || path.endsWith("/livez")) {
			return false;
		}
		for (String health : this.paths.obtain().all()) {
			if (path.startsWith(health) && (path.length() == health.length() || path.charAt(health.length()) == '/')) {
				return true;
			}
		}
		return false;
	}

	@Override
	public boolean isWhole(String path) {
		return this.paths.obtain().whole().contains(path);
	}

	/**
	 * Paths of the health.
	 *
	 * @param all the endpoint, and what is mapped elsewhere
	 * @param whole the endpoint
	 */
	private record Paths(Set<String> all, Set<String> whole) {
	}

}
