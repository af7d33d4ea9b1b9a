package io.github.gracefulshutdown.autoconfigure.caller;

import io.github.gracefulshutdown.autoconfigure.GracefulShutdownProperties;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.LoadBalancerClient;
import org.springframework.cloud.client.loadbalancer.LoadBalancerRequestFactory;
import org.springframework.cloud.client.loadbalancer.reactive.ReactiveLoadBalancer;
import org.springframework.cloud.loadbalancer.annotation.LoadBalancerClientSpecification;
import org.springframework.cloud.loadbalancer.support.LoadBalancerClientFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.web.reactive.function.client.WebClient;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for calls that go through Spring
 * Cloud LoadBalancer.
 */
@AutoConfiguration(after = CallerAutoConfiguration.class)
@ConditionalOnClass({ LoadBalancerClientFactory.class, LoadBalancerClient.class })
@ConditionalOnBean(value = Calls.class, search = SearchStrategy.CURRENT)
public final class LoadBalancerCallerAutoConfiguration {

	// A specification of this name goes into the context of every service.
	private static final String EVERY_SERVICE = "default." + ServingInstancesConfiguration.class.getName();

	@Bean
	static LoadBalancerClientSpecification gracefulShutdownServingInstancesSpecification() {
		return new LoadBalancerClientSpecification(EVERY_SERVICE,
				new Class<?>[] { ServingInstancesConfiguration.class });
	}

	@Bean
	CalledInstanceLifecycle gracefulShutdownCalledInstanceLifecycle() {
		return new CalledInstanceLifecycle();
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(ClientHttpRequestInterceptor.class)
	static class BlockingConfiguration {

		@Bean
		static BeanPostProcessor gracefulShutdownRetryingLoadBalancerClientPostProcessor(
				ObjectProvider<ReactiveLoadBalancer.Factory<ServiceInstance>> clients,
				ObjectProvider<LoadBalancerClient> client, ObjectProvider<Calls> calls) {
			return new BeanPostProcessor() {

				@Override
				public Object postProcessAfterInitialization(Object bean, String beanName) {
					if (bean instanceof LoadBalancerClient loadBalancer) {
						return new RetryingLoadBalancerClient(loadBalancer, clients.getObject(), calls.getObject());
					}
					if (bean instanceof LoadBalancerRequestFactory requests) {
						return new RepeatableRequestFactory(requests, client.getObject());
					}
					return bean;
				}

			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(WebClient.class)
	static class ReactiveConfiguration {

		@Bean
		RetryingExchanges gracefulShutdownRetryingExchanges(Calls calls, GracefulShutdownProperties properties) {
			return new RetryingExchanges(calls, properties.getCaller().getRetry().getMaxBodySize().toBytes());
		}

		@Bean
		static BeanPostProcessor gracefulShutdownRetryingExchangesPostProcessor(
				ObjectProvider<RetryingExchanges> exchanges) {
			return new RetryingExchangesPostProcessor(exchanges);
		}

	}

}
