package io.github.gracefulshutdown.autoconfigure.actuate;

import io.github.gracefulshutdown.autoconfigure.ExemptPaths;
import io.github.gracefulshutdown.autoconfigure.GracefulShutdownAutoConfiguration;
import io.github.gracefulshutdown.autoconfigure.ShutdownSequence;
import io.github.gracefulshutdown.autoconfigure.TimeSource;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for {@link DrainEndpointAutoConfiguration}. */
class DrainEndpointAutoConfigurationTests {

	private final WebApplicationContextRunner contextRunner = new WebApplicationContextRunner()
		.withConfiguration(
				AutoConfigurations.of(GracefulShutdownAutoConfiguration.class, DrainEndpointAutoConfiguration.class))
		.withPropertyValues("management.endpoints.web.exposure.include=drain");

	@Test
	void endpointIsPresentWhenExposed() {
		this.contextRunner.run((context) -> assertThat(context).hasSingleBean(DrainEndpoint.class));
	}

	@Test
	void endpointIsAbsentWhenNotExposed() {
		this.contextRunner.withPropertyValues("management.endpoints.web.exposure.include=health")
			.run((context) -> assertThat(context).doesNotHaveBean(DrainEndpoint.class));
	}

	@Test
	void endpointIsAbsentWhenAccessIsDenied() {
		this.contextRunner.withPropertyValues("management.endpoint.drain.access=NONE")
			.run((context) -> assertThat(context).doesNotHaveBean(DrainEndpoint.class));
	}

	@Test
	void endpointIsAbsentWhenDisabled() {
		this.contextRunner.withPropertyValues("graceful.shutdown.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(DrainEndpoint.class)
				.doesNotHaveBean(ExemptPaths.class));
	}

	@Test
	void endpointBacksOffWhenTheActuatorIsMissing() {
		this.contextRunner.withClassLoader(new FilteredClassLoader("org.springframework.boot.actuate"))
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean("gracefulShutdownDrainEndpoint")
				.doesNotHaveBean("gracefulShutdownActuatorExemptPaths"));
	}

	@Test
	void theEndpointOfTheUserWins() {
		this.contextRunner.withUserConfiguration(EndpointConfiguration.class)
			.run((context) -> assertThat(context).hasSingleBean(DrainEndpoint.class).hasBean("userEndpoint"));
	}

	@Test
	void anEndpointOfTheUserWithTheSameIdentifierWins() {
		this.contextRunner.withUserConfiguration(DrainOfTheUser.class)
			.run((context) -> assertThat(context).doesNotHaveBean(DrainEndpoint.class)
				.hasSingleBean(DrainOfTheUser.class));
	}

	@Test
	void anEndpointOfAParentWithTheSameIdentifierWins() {
		new ApplicationContextRunner().withUserConfiguration(DrainOfTheUser.class)
			.run((parent) -> this.contextRunner.withParent(parent)
				.run((context) -> assertThat(context).doesNotHaveBean(DrainEndpoint.class)));
	}

	@Endpoint(id = "drain")
	static class DrainOfTheUser {

	}

	@Configuration(proxyBeanMethods = false)
	static class EndpointConfiguration {

		@Bean
		DrainEndpoint userEndpoint(ShutdownSequence sequence, TimeSource time) {
			return new DrainEndpoint(sequence, time, (name) -> null);
		}

	}

}
