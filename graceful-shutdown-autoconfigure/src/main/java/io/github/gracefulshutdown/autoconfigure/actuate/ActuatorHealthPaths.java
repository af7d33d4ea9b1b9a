package io.github.gracefulshutdown.autoconfigure.actuate;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;

import io.github.gracefulshutdown.autoconfigure.HealthCheckPaths;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.boot.actuate.endpoint.web.WebServerNamespace;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;
import org.springframework.util.function.SingletonSupplier;

/**
 * The paths of the health endpoint and of its groups, but of that for liveness: an
 * instance that leaves is alive.
 */
final class ActuatorHealthPaths implements HealthCheckPaths {

	static final EndpointId HEALTH = EndpointId.of("health");

	private final SingletonSupplier<Map<String, Kind>> paths;

	private final SingletonSupplier<HealthGroups> groups;

	/**
	 * Creates the paths.
	 * @param endpoints the endpoints, looked up with the first request
	 * @param environment where the groups are set
	 * @param prefix what their paths begin with on the port of the application
	 * @param samePort whether the actuator shares the port of the application
	 */
	ActuatorHealthPaths(ObjectProvider<PathMappedEndpoints> endpoints, Environment environment, String prefix,
			boolean samePort) {
		this.groups = SingletonSupplier.of(() -> new HealthGroups(environment));
		this.paths = SingletonSupplier.of(() -> {
			Map<String, Kind> paths = new TreeMap<>();
			endpoints.forEach((mapped) -> {
				mapped.getAdditionalPaths(WebServerNamespace.SERVER, HEALTH)
					.forEach((path) -> paths.put(prefix + path, new Kind(path)));
				if (!samePort) {
					mapped.getAdditionalPaths(WebServerNamespace.MANAGEMENT, HEALTH)
						.forEach((path) -> paths.put(path, new Kind(path)));
				}
				String path = mapped.getPath(HEALTH);
				if (path != null) {
					paths.put(samePort ? prefix + path : path, new Kind(null));
				}
			});
			return paths;
		});
	}

	@Override
	public boolean contains(String path) {
		return !path.endsWith("/liveness") && !path.endsWith("/livez") && beginningOf(path) != null;
	}

	@Override
	public Part part(String path) {
		String beginning = beginningOf(path);
		if (beginning == null) {
			return Part.OTHER;
		}
		String additional = Objects.requireNonNull(this.paths.obtain().get(beginning)).additionalPath();
		List<String> names = segments(path.substring(beginning.length()));
		if (additional != null) {
			return names.isEmpty() ? this.groups.obtain().atAdditionalPath(additional) : Part.OTHER;
		}
		return switch (names.size()) {
			case 0 -> Part.WHOLE;
			case 1 -> this.groups.obtain().named(names.get(0));
			default -> Part.OTHER;
		};
	}

	/** Returns the path of the endpoint or of a group that the given one begins with. */
	private @Nullable String beginningOf(String path) {
		for (String health : this.paths.obtain().keySet()) {
			if (path.startsWith(health) && (path.length() == health.length() || path.charAt(health.length()) == '/')) {
				return health;
			}
		}
		return null;
	}

	/** Slashes too many change nothing for the endpoint. */
	private static List<String> segments(String path) {
		return Stream.of(StringUtils.tokenizeToStringArray(path, "/")).toList();
	}

	/**
	 * What a path is.
	 *
	 * @param additionalPath that of a group as it is set, or {@code null} for the
	 * endpoint
	 */
	private record Kind(@Nullable String additionalPath) {
	}

}
