package io.github.gracefulshutdown.autoconfigure.actuate;

import java.util.Map;

import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MapPropertySource;

/**
 * Has the health of an instance that leaves be that it is out of service, unless the user
 * has decided otherwise. Spring Boot 3 leaves readiness out of the health outside
 * Kubernetes, and a load balancer that polls it would not learn of a drain.
 */
final class ReadinessInHealth implements ApplicationContextInitializer<ConfigurableApplicationContext> {

	private static final Map<String, Object> DEFAULTS = Map.of("management.health.readinessstate.enabled", "true");

	@Override
	public void initialize(ConfigurableApplicationContext context) {
		if (context.getEnvironment().getProperty("graceful.shutdown.enabled", Boolean.class, true)) {
			context.getEnvironment()
				.getPropertySources()
				.addLast(new MapPropertySource("gracefulShutdownHealth", DEFAULTS));
		}
	}

}
