package io.github.gracefulshutdown.autoconfigure.caller;

import io.grpc.LoadBalancerRegistry;
import net.devh.boot.grpc.client.interceptor.GrpcGlobalClientInterceptor;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.grpc.client.GlobalClientInterceptor;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for gRPC calls, of net.devh's
 * starter and of Spring's own.
 */
@AutoConfiguration(after = CallerAutoConfiguration.class)
@ConditionalOnClass(LoadBalancerRegistry.class)
@Conditional(OnGrpcClientCondition.class)
@ConditionalOnBean(value = Calls.class, search = SearchStrategy.CURRENT)
public final class GrpcCallerAutoConfiguration {

	@Bean
	ServingBalancers gracefulShutdownServingBalancers(Calls calls) {
		return new ServingBalancers(calls.leaving());
	}

	// Found by the annotation of whichever is there; the JVM leaves the other one out.
	@Bean
	@GrpcGlobalClientInterceptor
	@GlobalClientInterceptor
	RetryingInterceptor gracefulShutdownRetryingInterceptor(Calls calls, ServingBalancers servingBalancers) {
		return new RetryingInterceptor(calls, servingBalancers);
	}

}
