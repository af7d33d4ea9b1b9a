package io.github.gracefulshutdown.autoconfigure.websocket;

import io.github.gracefulshutdown.autoconfigure.GracefulShutdownAutoConfiguration;
import jakarta.servlet.Filter;
import org.apache.tomcat.websocket.server.WsHttpUpgradeHandler;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for {@link WebSocketDrainAutoConfiguration}. */
class WebSocketDrainAutoConfigurationTests {

	private static final AutoConfigurations CONFIGURATIONS = AutoConfigurations
		.of(GracefulShutdownAutoConfiguration.class, WebSocketDrainAutoConfiguration.class);

	private final WebApplicationContextRunner contextRunner = new WebApplicationContextRunner()
		.withConfiguration(CONFIGURATIONS);

	@Test
	void sessionsAreCountedByDefault() {
		this.contextRunner.run((context) -> assertThat(context).hasSingleBean(WebSocketSessions.class)
			.getBean("gracefulShutdownWebSocketHandshakeFilterRegistration", FilterRegistrationBean.class)
			.satisfies((registration) -> assertThat(registration.getOrder()).isEqualTo(Integer.MIN_VALUE + 9)));
	}

	@Test
	void sessionsAreNotCountedWhenDisabled() {
		this.contextRunner.withPropertyValues("graceful.shutdown.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(FilterRegistrationBean.class));
	}

	@Test
	void sessionsAreNotCountedWithoutTheWebSocketsOfTomcat() {
		this.contextRunner.withClassLoader(new FilteredClassLoader(WsHttpUpgradeHandler.class))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(FilterRegistrationBean.class));
	}

	@Test
	void sessionsAreNotCountedInAnApplicationWithoutAWebServer() {
		new ApplicationContextRunner().withConfiguration(CONFIGURATIONS)
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean("gracefulShutdownWebSocketHandshakeFilterRegistration"));
	}

	@Test
	void theRegistrationOfTheUserWins() {
		this.contextRunner.withUserConfiguration(RegistrationConfiguration.class)
			.run((context) -> assertThat(context).hasSingleBean(FilterRegistrationBean.class)
				.getBean("gracefulShutdownWebSocketHandshakeFilterRegistration", FilterRegistrationBean.class)
				.satisfies((registration) -> assertThat(registration.getOrder()).isEqualTo(42)));
	}

	@ParameterizedTest
	@ValueSource(ints = { 1000, 1006, 1011, 1013, 4000, 0, -1 })
	void anyOtherCodeOfTheCloseIsRefused(int code) {
		this.contextRunner.withPropertyValues("graceful.shutdown.websocket.close-code=" + code)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOfSatisfying(InvalidConfigurationPropertyValueException.class, (ex) -> {
					assertThat(ex.getName()).isEqualTo("graceful.shutdown.websocket.close-code");
					assertThat(ex.getValue()).isEqualTo(code);
					assertThat(ex.getReason()).contains("1012", "1001");
				}));
	}

	@Test
	void aSpreadThatDoesNotFitIntoTheDrainIsRefused() {
		this.contextRunner
			.withPropertyValues("graceful.shutdown.websocket.spread=11", "graceful.shutdown.drain.timeout=10")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.hasMessageContaining("graceful.shutdown.websocket.spread")
				.hasMessageContaining("graceful.shutdown.drain.timeout"));
	}

	@Test
	void aNegativeSpreadIsRefused() {
		this.contextRunner.withPropertyValues("graceful.shutdown.websocket.spread=-1s")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(InvalidConfigurationPropertyValueException.class));
	}

	@Test
	void theDefaultSpreadFitsIntoAShortDrain() {
		this.contextRunner.withPropertyValues("graceful.shutdown.drain.timeout=500ms")
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Configuration(proxyBeanMethods = false)
	static class RegistrationConfiguration {

		@Bean
		FilterRegistrationBean<Filter> gracefulShutdownWebSocketHandshakeFilterRegistration() {
			FilterRegistrationBean<Filter> registration = new FilterRegistrationBean<>(
					(request, response, chain) -> chain.doFilter(request, response));
			registration.setOrder(42);
			return registration;
		}

	}

}
