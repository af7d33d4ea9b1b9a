package io.github.gracefulshutdown.autoconfigure.tomcat;

import java.time.Duration;

import io.github.gracefulshutdown.autoconfigure.GracefulShutdownAutoConfiguration;
import io.github.gracefulshutdown.autoconfigure.RequestIntake;
import org.apache.catalina.Valve;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for {@link TomcatDrainAutoConfiguration}. */
class TomcatDrainAutoConfigurationTests {

	private static final AutoConfigurations CONFIGURATIONS = AutoConfigurations
		.of(GracefulShutdownAutoConfiguration.class, TomcatDrainAutoConfiguration.class);

	private final WebApplicationContextRunner contextRunner = new WebApplicationContextRunner()
		.withConfiguration(CONFIGURATIONS);

	@Test
	void anIntakeIsThereByDefaultAndEmptyWithoutAServer() {
		this.contextRunner.run((context) -> {
			RequestIntake intake = context.getBean(RequestIntake.class);
			intake.runDry();
			assertThat(intake.onTheWay()).isZero();
			intake.closeIdle(Duration.ZERO);
			intake.stopListening();
			intake.resume();
		});
	}

	@Test
	void backsOffWhenSwitchedOff() {
		this.contextRunner.withPropertyValues("graceful.shutdown.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(RequestIntake.class));
	}

	@Test
	void backsOffWhenTomcatIsMissing() {
		this.contextRunner.withClassLoader(new FilteredClassLoader(Valve.class))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(RequestIntake.class));
	}

	@Test
	void backsOffOutsideOfWebApplications() {
		new ApplicationContextRunner().withConfiguration(CONFIGURATIONS)
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(RequestIntake.class));
	}

}
