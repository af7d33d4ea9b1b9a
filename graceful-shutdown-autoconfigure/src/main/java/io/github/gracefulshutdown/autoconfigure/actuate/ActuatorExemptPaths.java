package io.github.gracefulshutdown.autoconfigure.actuate;

import java.util.Set;
import java.util.TreeSet;

import io.github.gracefulshutdown.autoconfigure.ExemptPaths;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.boot.actuate.endpoint.web.WebServerNamespace;
import org.springframework.util.StringUtils;
import org.springframework.util.function.SingletonSupplier;

/**
 * The paths of the actuator on the port of the application: where they share it, the list
 * of endpoints at the base path, and every endpoint with what is below it; in any case
 * the probes that may be mapped there, such as {@code /livez}.
 */
final class ActuatorExemptPaths implements ExemptPaths {

	private final SingletonSupplier<Paths> paths;

	/**
	 * Creates the paths.
	 * @param endpoints the endpoints, looked up with the first request
	 * @param prefix what their paths begin with on the port of the application
	 * @param samePort whether the actuator shares the port of the application
	 */
	ActuatorExemptPaths(ObjectProvider<PathMappedEndpoints> endpoints, String prefix, boolean samePort) {
		this.paths = SingletonSupplier.of(() -> {
			Paths paths = new Paths(new TreeSet<>(), new TreeSet<>());
			endpoints.forEach((mapped) -> paths.add(mapped, prefix, samePort));
			return paths;
		});
	}

	@Override
	public boolean contains(String path) {
		return this.paths.obtain().contain(path);
	}

	/**
	 * Paths of endpoints.
	 *
	 * @param lists where the list of endpoints is
	 * @param endpoints where endpoints begin
	 */
	private record Paths(Set<String> lists, Set<String> endpoints) {

		void add(PathMappedEndpoints mapped, String prefix, boolean samePort) {
			mapped.getAdditionalPaths(WebServerNamespace.SERVER, ActuatorHealthPaths.HEALTH)
				.forEach((path) -> this.endpoints.add(prefix + path));
			if (samePort) {
				mapped.getAllPaths().forEach((path) -> this.endpoints.add(prefix + path));
				String basePath = StringUtils.trimTrailingCharacter(mapped.getBasePath(), '/');
				if (!basePath.isEmpty()) {
					this.lists.add(prefix + basePath);
				}
			}
		}

		boolean contain(String path) {
			for (String endpoint : this.endpoints) {
				if (path.startsWith(endpoint)
						&& (path.length() == endpoint.length() || path.charAt(endpoint.length()) == '/')) {
					return true;
				}
			}
			return this.lists.contains(path);
		}

	}

}
