package io.github.gracefulshutdown.autoconfigure.registry;

import java.time.Duration;
import java.util.Map;

import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/**
 * Makes no wait the default after Nacos was left, unless the lame duck is switched off:
 * it has waited already when the client of Nacos blocks the close of the context for
 * another 10 seconds. What is set anywhere else stays.
 */
final class NacosWaitPostProcessor implements BeanFactoryPostProcessor {

	static final String PROPERTY = "spring.cloud.nacos.discovery.graceful-shutdown-wait-time";

	private final ConfigurableEnvironment environment;

	NacosWaitPostProcessor(ConfigurableEnvironment environment) {
		this.environment = environment;
	}

	@Override
	public void postProcessBeanFactory(ConfigurableListableBeanFactory beanFactory) {
		if (isLameDuckEnabled()) {
			this.environment.getPropertySources()
				.addLast(new MapPropertySource("gracefulShutdownDefaults", Map.of(PROPERTY, 0)));
		}
	}

	private boolean isLameDuckEnabled() {
		return Binder.get(this.environment)
			.bind("graceful.shutdown.lame-duck.maximum", Duration.class)
			.map((maximum) -> !maximum.isZero())
			.orElse(true);
	}

}
