package io.github.gracefulshutdown.autoconfigure.listener;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The application of Spring's guide
 * <a href="https://spring.io/guides/gs/scheduling-tasks">Scheduling Tasks</a>, whose one
 * component has an everyday name.
 */
class SchedulingGuideTests {

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void theJobOfTheGuideRunsWhetherBeansMayBeOverriddenOrNot(boolean overriding) throws InterruptedException {
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(SchedulingTasksApplication.class)
			.web(WebApplicationType.NONE)
			.properties("spring.main.allow-bean-definition-overriding=" + overriding, "grpc.server.port=-1")
			.run()) {
			ScheduledTasks tasks = context.getBean("scheduledTasks", ScheduledTasks.class);
			assertThat(tasks.hasRun.await(30, TimeUnit.SECONDS)).isTrue();
		}
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableScheduling
	@Import(ScheduledTasks.class)
	static class SchedulingTasksApplication {

	}

	// Found by a scan in the guide, which gives it this name.
	@Component("scheduledTasks")
	static class ScheduledTasks {

		private final CountDownLatch hasRun = new CountDownLatch(1);

		@Scheduled(fixedRate = 5000)
		public void reportCurrentTime() {
			this.hasRun.countDown();
		}

	}

}
