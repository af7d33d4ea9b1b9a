package io.github.gracefulshutdown.autoconfigure.caller;

import io.github.gracefulshutdown.autoconfigure.GracefulShutdownProperties;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.cloud.gateway.filter.ReactiveLoadBalancerClientFilter;
import org.springframework.cloud.loadbalancer.support.LoadBalancerClientFactory;
import org.springframework.context.annotation.Bean;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for what Spring Cloud Gateway passes
 * on through Spring Cloud LoadBalancer.
 */
@AutoConfiguration(after = LoadBalancerCallerAutoConfiguration.class)
@ConditionalOnClass({ ReactiveLoadBalancerClientFilter.class, LoadBalancerClientFactory.class })
@ConditionalOnBean(value = Calls.class, search = SearchStrategy.CURRENT)
public final class GatewayCallerAutoConfiguration {

	@Bean
	RetryingGatewayFilter gracefulShutdownRetryingGatewayFilter(Calls calls, GracefulShutdownProperties properties) {
		return new RetryingGatewayFilter(calls, properties.getCaller().getRetry().getMaxBodySize().toBytes());
	}

}
