package io.github.gracefulshutdown.autoconfigure.jetty;

import java.time.Duration;

import io.github.gracefulshutdown.autoconfigure.GracefulShutdownAutoConfiguration;
import io.github.gracefulshutdown.autoconfigure.RequestIntake;
import org.eclipse.jetty.server.ServerConnector;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for {@link JettyDrainAutoConfiguration}. */
class JettyDrainAutoConfigurationTests {

	private final WebApplicationContextRunner contextRunner = new WebApplicationContextRunner().withConfiguration(
			AutoConfigurations.of(GracefulShutdownAutoConfiguration.class, JettyDrainAutoConfiguration.class));

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
	void backsOffWhenJettyIsMissing() {
		this.contextRunner.withClassLoader(new FilteredClassLoader(ServerConnector.class))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(RequestIntake.class));
	}

}
