package io.github.gracefulshutdown.autoconfigure.caller;

import io.github.gracefulshutdown.autoconfigure.GracefulShutdownAutoConfiguration;
import io.github.gracefulshutdown.autoconfigure.GracefulShutdownProperties;
import io.github.gracefulshutdown.autoconfigure.GracefulShutdownProperties.Caller;
import io.github.gracefulshutdown.autoconfigure.ShutdownSequence;
import io.github.gracefulshutdown.autoconfigure.TimeSource;
import io.micrometer.core.instrument.binder.MeterBinder;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for what calls to other services
 * have in common.
 */
@AutoConfiguration(after = GracefulShutdownAutoConfiguration.class)
@ConditionalOnProperty(name = "graceful.shutdown.caller.enabled", matchIfMissing = true)
@ConditionalOnBean(value = ShutdownSequence.class, search = SearchStrategy.CURRENT)
public final class CallerAutoConfiguration {

	@Bean
	Calls gracefulShutdownCalls(TimeSource time, GracefulShutdownProperties properties) {
		Caller caller = properties.getCaller();
		return new Calls(time::nanoTime, Connectability::isPossible, caller.getEvictionTime(),
				caller.getRetry().getMaxInstances(), caller.getRetry().getBudget());
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(MeterBinder.class)
	static class MetricsConfiguration {

		@Bean
		CallerMetrics gracefulShutdownCallerMetrics(Calls calls) {
			return new CallerMetrics(calls);
		}

	}

}
