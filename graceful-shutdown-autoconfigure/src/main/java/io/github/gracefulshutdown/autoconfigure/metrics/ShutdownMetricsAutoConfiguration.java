package io.github.gracefulshutdown.autoconfigure.metrics;

import io.github.gracefulshutdown.DrainGate;
import io.github.gracefulshutdown.TeardownResource;
import io.github.gracefulshutdown.autoconfigure.CreatedBeans;
import io.github.gracefulshutdown.autoconfigure.GracefulShutdownAutoConfiguration;
import io.github.gracefulshutdown.autoconfigure.ShutdownSequence;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Metrics;
import io.micrometer.core.instrument.binder.MeterBinder;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.support.BeanDefinitionRegistryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;

/** {@link EnableAutoConfiguration Auto-configuration} for the meters of a shutdown. */
@AutoConfiguration(after = GracefulShutdownAutoConfiguration.class)
@ConditionalOnClass(MeterBinder.class)
@ConditionalOnBean(value = ShutdownSequence.class, search = SearchStrategy.CURRENT)
public final class ShutdownMetricsAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
	ShutdownMetrics gracefulShutdownMetrics(ConfigurableApplicationContext context, DrainGate gate,
			ShutdownSequence sequence) {
		return new ShutdownMetrics(context, gate, sequence);
	}

	/**
	 * The last meters tell of the shutdown, so they are sent when all else is released.
	 * This is not conditional on a registry: coming after those would change the order of
	 * the auto-configurations of others.
	 */
	@Configuration(proxyBeanMethods = false)
	static class LastPushConfiguration {

		// Spring Boot's closes them once the drain has ended.
		private static final String EARLY_CLOSER = "meterRegistryCloser";

		@Bean
		static BeanDefinitionRegistryPostProcessor gracefulShutdownMeterRegistriesStayOpen() {
			return (registry) -> {
				if (registry.containsBeanDefinition(EARLY_CLOSER)) {
					registry.removeBeanDefinition(EARLY_CLOSER);
				}
			};
		}

		@Bean
		@Order // the last
		TeardownResource gracefulShutdownMeterRegistries(ListableBeanFactory beanFactory) {
			return () -> CreatedBeans.ofType(beanFactory, MeterRegistry.class).values().forEach((registry) -> {
				Metrics.removeRegistry(registry);
				registry.close();
			});
		}

	}

}
