package io.github.gracefulshutdown.autoconfigure.listener;

import java.util.Set;

import io.github.gracefulshutdown.DrainGate;
import io.github.gracefulshutdown.autoconfigure.GracefulShutdownAutoConfiguration;
import io.github.gracefulshutdown.autoconfigure.GracefulShutdownProperties;
import io.github.gracefulshutdown.autoconfigure.ShutdownSequence;
import org.quartz.JobListener;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for the message listeners and
 * schedulers of the application.
 */
@AutoConfiguration(after = GracefulShutdownAutoConfiguration.class)
@ConditionalOnBean(value = ShutdownSequence.class, search = SearchStrategy.CURRENT)
public final class ListenerDrainAutoConfiguration {

	@Bean
	ListenerSource gracefulShutdownListenerSource(ListableBeanFactory beanFactory, DrainGate gate,
			ShutdownSequence sequence, GracefulShutdownProperties properties) {
		return new ListenerSource(beanFactory, gate, sequence, properties.getListeners().getExclude());
	}

	@Bean
	ScheduledTasks gracefulShutdownScheduledTasks(ObjectProvider<ShutdownSequence> sequence,
			ObjectProvider<DrainGate> gate, GracefulShutdownProperties properties) {
		return new ScheduledTasks(new RecurringWork(sequence, gate),
				Set.copyOf(properties.getListeners().getExclude()));
	}

	/** Message sources of Spring Integration. */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(name = PollersPostProcessor.TYPE)
	static class IntegrationConfiguration {

		@Bean
		static PollersPostProcessor gracefulShutdownPollersPostProcessor(ObjectProvider<ShutdownSequence> sequence,
				ObjectProvider<DrainGate> gate, ObjectProvider<GracefulShutdownProperties> properties) {
			return new PollersPostProcessor(new RecurringWork(sequence, gate), properties);
		}

	}

	/** Jobs of Quartz, whose scheduler stops without a look at those that run. */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(JobListener.class)
	static class QuartzConfiguration {

		@Bean
		static QuartzJobsPostProcessor gracefulShutdownQuartzJobsPostProcessor(ObjectProvider<DrainGate> gate) {
			return new QuartzJobsPostProcessor(gate);
		}

	}

}
