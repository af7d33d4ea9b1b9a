package io.github.gracefulshutdown.autoconfigure.actuate;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import io.github.gracefulshutdown.autoconfigure.ExemptPaths;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.boot.actuate.endpoint.web.WebServerNamespace;
import org.springframework.util.StringUtils;
import org.springframework.util.function.SingletonSupplier;

/**
 * The paths of the actuator where it shares the port of the application: the list of
 * endpoints at its base path, every endpoint and what is below it, and the probes that
 * may be mapped beside it, such as {@code /livez}.
 */
final class ActuatorExemptPaths implements ExemptPaths {

	private static final EndpointId HEALTH = EndpointId.of("health");

	private final SingletonSupplier<Set<String>> paths;

	/**
	 * Creates the paths.
	 * @param endpoints the endpoints, looked up with the first request
	 * @param servletPath the path of the dispatcher servlet, which is a part of theirs
	 */
	ActuatorExemptPaths(ObjectProvider<PathMappedEndpoints> endpoints, String servletPath) {
		String prefix = StringUtils.trimTrailingCharacter(servletPath, '/');
		this.paths = SingletonSupplier.of(() -> {
			Set<String> paths = new TreeSet<>();
			endpoints.forEach((mapped) -> of(mapped).forEach((path) -> paths.add(prefix + path)));
			return paths;
		});
	}

	private static List<String> of(PathMappedEndpoints endpoints) {
		List<String> paths = new ArrayList<>(endpoints.getAllPaths());
		paths.addAll(endpoints.getAdditionalPaths(WebServerNamespace.SERVER, HEALTH));
		if (StringUtils.hasText(endpoints.getBasePath()) && !"/".equals(endpoints.getBasePath())) {
			paths.add(endpoints.getBasePath());
		}
		return paths;
	}

	@Override
	public boolean contains(String path) {
		for (String exempt : this.paths.obtain()) {
			if (path.startsWith(exempt) && (path.length() == exempt.length() || path.charAt(exempt.length()) == '/')) {
				return true;
			}
		}
		return false;
	}

}
