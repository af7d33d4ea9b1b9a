package io.github.gracefulshutdown.autoconfigure.work;

import io.github.gracefulshutdown.DrainGate;
import io.github.gracefulshutdown.InFlightWork;
import io.github.gracefulshutdown.autoconfigure.GracefulShutdownAutoConfiguration;
import io.github.gracefulshutdown.autoconfigure.ShutdownSequence;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

/** {@link EnableAutoConfiguration Auto-configuration} for {@link InFlightWork}. */
@AutoConfiguration(after = GracefulShutdownAutoConfiguration.class)
@ConditionalOnBean(value = ShutdownSequence.class, search = SearchStrategy.CURRENT)
public final class InFlightWorkAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
	static InFlightWorkPostProcessor gracefulShutdownInFlightWorkPostProcessor(ObjectProvider<DrainGate> gate,
			Environment environment) {
		return new InFlightWorkPostProcessor(gate,
				environment.getProperty("spring.aop.proxy-target-class", Boolean.class, true));
	}

}
