package io.github.gracefulshutdown.autoconfigure.registry;

import io.github.gracefulshutdown.autoconfigure.GracefulShutdownAutoConfiguration;
import io.github.gracefulshutdown.autoconfigure.InstanceId;
import io.github.gracefulshutdown.autoconfigure.ShutdownSequence;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.cloud.client.serviceregistry.ServiceRegistry;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.ConfigurableEnvironment;

/** {@link EnableAutoConfiguration Auto-configuration} for leaving service registries. */
@AutoConfiguration(after = GracefulShutdownAutoConfiguration.class)
@ConditionalOnClass(ServiceRegistry.class)
@ConditionalOnBean(ShutdownSequence.class)
public final class RegistryDrainAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	RegistrationSource registrationSource(ListableBeanFactory beanFactory) {
		return new RegistrationSource(beanFactory);
	}

	@Bean
	static RegistrationMetadata registrationMetadata(ConfigurableEnvironment environment, InstanceId instance) {
		return new RegistrationMetadata(environment, instance);
	}

}
