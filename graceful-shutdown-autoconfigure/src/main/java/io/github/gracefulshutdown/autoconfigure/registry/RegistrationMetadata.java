package io.github.gracefulshutdown.autoconfigure.registry;

import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.gracefulshutdown.autoconfigure.InstanceId;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/**
 * Has the instance registered together with its identifier, so that a caller can tell
 * whether a marker speaks of the instance that it has called. The registries take their
 * metadata from properties, which this adds to, below all that the user has set.
 */
final class RegistrationMetadata implements BeanFactoryPostProcessor {

	private static final String NAME = "gracefulShutdownRegistrationMetadata";

	private final ConfigurableEnvironment environment;

	private final InstanceId instance;

	RegistrationMetadata(ConfigurableEnvironment environment, InstanceId instance) {
		this.environment = environment;
		this.instance = instance;
	}

	@Override
	public void postProcessBeanFactory(ConfigurableListableBeanFactory beanFactory) {
		Map<String, Object> metadata = Stream
			.of("eureka.instance.metadata-map", "spring.cloud.consul.discovery.metadata",
					"spring.cloud.zookeeper.discovery.metadata", "spring.cloud.nacos.discovery.metadata")
			.collect(Collectors.toMap((map) -> map + "." + InstanceId.METADATA_NAME, (map) -> this.instance.value()));
		this.environment.getPropertySources().addLast(new CurrentMetadata(metadata));
	}

	/** The properties, with the identifier that the instance has when they are read. */
	private final class CurrentMetadata extends MapPropertySource {

		CurrentMetadata(Map<String, Object> metadata) {
			super(NAME, metadata);
		}

		@Override
		public @Nullable Object getProperty(String name) {
			return containsProperty(name) ? RegistrationMetadata.this.instance.value() : null;
		}

	}

}
