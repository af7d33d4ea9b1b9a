package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for {@link EarlyProperties}. */
class EarlyPropertiesTests {

	private final PlainEnvironment environment = new PlainEnvironment();

	@Test
	void areThoseOfTheEnvironment() {
		this.environment.set("graceful.shutdown.timeout", "40");
		this.environment.set("graceful.shutdown.force-exit.enabled", "false");
		this.environment.set("graceful.shutdown.force-exit.exit-code", "3");
		this.environment.set("graceful.shutdown.termination-message-path", "/tmp/reason");
		this.environment.set("graceful.shutdown.second-signal.grace", "500ms");
		this.environment.set("graceful.shutdown.second-signal.signals", "INT,TERM");
		GracefulShutdownProperties properties = EarlyProperties.of(this.environment);
		assertThat(properties.getTimeout()).isEqualTo(Duration.ofSeconds(40));
		assertThat(properties.getForceExit().isEnabled()).isFalse();
		assertThat(properties.getForceExit().getExitCode()).isEqualTo(3);
		assertThat(properties.getTerminationMessagePath()).isEqualTo("/tmp/reason");
		assertThat(properties.getSecondSignal().getGrace()).isEqualTo(Duration.ofMillis(500));
		assertThat(properties.getSecondSignal().getSignals()).containsExactly("INT", "TERM");
	}

	@Test
	void areTheDefaultsWhenAValueMakesNoSense() {
		this.environment.set("graceful.shutdown.timeout", "-1s");
		assertThat(EarlyProperties.of(this.environment).getTimeout()).isEqualTo(Duration.ofSeconds(25));
	}

}
