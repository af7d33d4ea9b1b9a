package io.github.gracefulshutdown.autoconfigure.caller;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.cloud.loadbalancer.core.ServiceInstanceListSupplier;
import org.springframework.cloud.loadbalancer.support.LoadBalancerClientFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/**
 * Goes into the context that Spring Cloud LoadBalancer has for each service that is
 * called, beside whatever the application configures there.
 */
@Configuration(proxyBeanMethods = false)
class ServingInstancesConfiguration {

	@Bean
	static BeanPostProcessor gracefulShutdownServingInstancesPostProcessor(ObjectProvider<Calls> calls,
			Environment environment) {
		return new BeanPostProcessor() {

			@Override
			public Object postProcessAfterInitialization(Object bean, String beanName) {
				String service = environment.getProperty(LoadBalancerClientFactory.PROPERTY_NAME);
				if (service != null && bean instanceof ServiceInstanceListSupplier supplier
						&& !(bean instanceof ServingInstancesSupplier)) {
					return new ServingInstancesSupplier(supplier, service, calls.getObject());
				}
				return bean;
			}

		};
	}

}
