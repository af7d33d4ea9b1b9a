package io.github.gracefulshutdown.autoconfigure.actuate;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import io.github.gracefulshutdown.autoconfigure.HealthCheckPaths.Part;

import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.core.env.Environment;

/**
 * The groups of the health as they are set, and whether readiness is a part of each. Read
 * from the properties, because the classes that know are not the same in all lines of
 * Spring Boot.
 */
final class HealthGroups {

	private static final String PROPERTIES = "management.endpoint.health.group";

	private static final String COMPONENT = "readinessState";

	private static final String GROUP = "readiness";

	private static final String ALL = "*";

	private final Map<String, Part> byName;

	private final Map<String, Part> byAdditionalPath;

	HealthGroups(Environment environment) {
		this.byName = new HashMap<>(Map.of(COMPONENT, Part.READINESS, GROUP, Part.READINESS));
		this.byAdditionalPath = new HashMap<>();
		Binder binder = Binder.get(environment);
		for (String name : binder.bind(PROPERTIES, Bindable.mapOf(String.class, Object.class))
			.orElse(Map.of())
			.keySet()) {
			String properties = PROPERTIES + "." + name.toLowerCase(Locale.ROOT);
			if (ConfigurationPropertyName.isValid(properties)) {
				Part part = part(names(binder, properties + ".include"), names(binder, properties + ".exclude"));
				this.byName.put(name, part);
				binder.bind(properties + ".additional-path", String.class)
					.ifBound((path) -> this.byAdditionalPath.put(path.substring(path.indexOf(':') + 1), part));
			}
		}
		this.byAdditionalPath.putIfAbsent("/readyz", Objects.requireNonNull(this.byName.get(GROUP)));
	}

	private static Set<String> names(Binder binder, String property) {
		return binder.bind(property, Bindable.setOf(String.class)).orElse(Set.of());
	}

	private static Part part(Set<String> include, Set<String> exclude) {
		if (exclude.contains(ALL) || exclude.contains(COMPONENT)) {
			return Part.OTHER;
		}
		if (include.isEmpty() || include.contains(ALL)) {
			return Part.WHOLE;
		}
		return include.contains(COMPONENT) ? Part.READINESS : Part.OTHER;
	}

	/** Returns what the group, or the component, by that name tells. */
	Part named(String name) {
		return this.byName.getOrDefault(name, Part.OTHER);
	}

	/**
	 * Returns what a group tells that has a path of its own beside the endpoint.
	 * @param path the path as it is set
	 */
	Part atAdditionalPath(String path) {
		return this.byAdditionalPath.getOrDefault(path, Part.OTHER);
	}

}
