package io.github.gracefulshutdown.autoconfigure.registry;

import com.netflix.discovery.EurekaClient;
import io.github.gracefulshutdown.autoconfigure.ConsulMode;
import io.github.gracefulshutdown.autoconfigure.GracefulShutdownAutoConfiguration;
import io.github.gracefulshutdown.autoconfigure.GracefulShutdownProperties;
import io.github.gracefulshutdown.autoconfigure.GuestRunner;
import io.github.gracefulshutdown.autoconfigure.InstanceId;
import io.github.gracefulshutdown.autoconfigure.RestoredInstanceListener;
import io.github.gracefulshutdown.autoconfigure.ShutdownSequence;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.cloud.client.serviceregistry.ServiceRegistry;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.Environment;

/** {@link EnableAutoConfiguration Auto-configuration} for leaving service registries. */
@AutoConfiguration(after = GracefulShutdownAutoConfiguration.class)
@ConditionalOnClass(ServiceRegistry.class)
@ConditionalOnBean(value = ShutdownSequence.class, search = SearchStrategy.CURRENT)
public final class RegistryDrainAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
	RegistrationSource gracefulShutdownRegistrationSource(ListableBeanFactory beanFactory,
			ObjectProvider<RegistryAdapter> adapters) {
		return new RegistrationSource(beanFactory, adapters);
	}

	@Bean
	RestoredInstanceListener gracefulShutdownRestoredRegistrations(RegistrationSource registrations) {
		return (instance) -> registrations.identify(instance.value());
	}

	@Bean
	RegistryAdapter gracefulShutdownConsulAdapter(Environment environment, GracefulShutdownProperties properties) {
		return (properties.getConsul().getMode() == ConsulMode.MAINTENANCE) ? new ConsulMaintenanceAdapter(environment)
				: new DeregisteringAdapter(RegistryKind.CONSUL, environment);
	}

	@Bean
	RegistryAdapter gracefulShutdownZookeeperAdapter(Environment environment) {
		return new DeregisteringAdapter(RegistryKind.ZOOKEEPER, environment);
	}

	@Bean
	RegistryAdapter gracefulShutdownNacosAdapter(Environment environment, BeanFactory beanFactory) {
		return new NacosAdapter(environment, beanFactory);
	}

	@Bean
	static NacosWaitPostProcessor gracefulShutdownNacosWaitPostProcessor(ConfigurableEnvironment environment) {
		return new NacosWaitPostProcessor(environment);
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(EurekaClient.class)
	static class EurekaConfiguration {

		@Bean
		static EurekaDeparture gracefulShutdownEurekaDeparture(ObjectProvider<GuestRunner> guests,
				ObjectProvider<GracefulShutdownProperties> properties) {
			return new EurekaDeparture(guests, properties);
		}

		@Bean
		RegistryAdapter gracefulShutdownEurekaAdapter(Environment environment, EurekaDeparture departure,
				ObjectProvider<EurekaClient> client) {
			return new EurekaAdapter(environment, departure, client);
		}

	}

	@Bean
	static RegistrationMetadata gracefulShutdownRegistrationMetadata(ConfigurableEnvironment environment,
			InstanceId instance) {
		return new RegistrationMetadata(environment, instance);
	}

}
