package io.github.gracefulshutdown.autoconfigure.metrics;

import io.github.gracefulshutdown.DrainGate;
import io.github.gracefulshutdown.autoconfigure.GracefulShutdownAutoConfiguration;
import io.github.gracefulshutdown.autoconfigure.RequestAdmission;
import io.github.gracefulshutdown.autoconfigure.ShutdownSequence;
import io.micrometer.core.instrument.binder.MeterBinder;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** {@link EnableAutoConfiguration Auto-configuration} for the meters of a shutdown. */
@AutoConfiguration(after = GracefulShutdownAutoConfiguration.class)
@ConditionalOnClass(MeterBinder.class)
@ConditionalOnBean(ShutdownSequence.class)
public final class ShutdownMetricsAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	ShutdownMetrics shutdownMetrics(DrainGate gate, ShutdownSequence sequence,
			ObjectProvider<RequestAdmission> admissions) {
		return new ShutdownMetrics(gate, sequence, admissions);
	}

}
