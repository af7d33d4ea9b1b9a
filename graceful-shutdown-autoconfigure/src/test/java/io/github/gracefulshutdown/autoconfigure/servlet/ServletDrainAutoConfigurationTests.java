package io.github.gracefulshutdown.autoconfigure.servlet;

import io.github.gracefulshutdown.autoconfigure.GracefulShutdownAutoConfiguration;
import jakarta.servlet.Filter;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for {@link ServletDrainAutoConfiguration}. */
class ServletDrainAutoConfigurationTests {

	private static final AutoConfigurations CONFIGURATIONS = AutoConfigurations
		.of(GracefulShutdownAutoConfiguration.class, ServletDrainAutoConfiguration.class);

	private final WebApplicationContextRunner contextRunner = new WebApplicationContextRunner()
		.withConfiguration(CONFIGURATIONS);

	@Test
	void filterIsPresentByDefault() {
		this.contextRunner.run((context) -> assertThat(context).hasSingleBean(FilterRegistrationBean.class)
			.getBean("gracefulShutdownDrainFilterRegistration", FilterRegistrationBean.class)
			.satisfies((registration) -> assertThat(registration.getOrder()).isEqualTo(Integer.MIN_VALUE + 10)));
	}

	@Test
	void filterIsAbsentWhenDisabled() {
		this.contextRunner.withPropertyValues("graceful.shutdown.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(FilterRegistrationBean.class));
	}

	@Test
	void filterBacksOffWhenTheServletApiIsMissing() {
		new ApplicationContextRunner().withConfiguration(CONFIGURATIONS)
			.withClassLoader(new FilteredClassLoader(Filter.class))
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean("gracefulShutdownDrainFilterRegistration"));
	}

	@Test
	void filterBacksOffInAnApplicationWithoutAWebServer() {
		new ApplicationContextRunner().withConfiguration(CONFIGURATIONS)
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean("gracefulShutdownDrainFilterRegistration"));
	}

	@Test
	void theRegistrationOfTheUserWins() {
		this.contextRunner.withUserConfiguration(RegistrationConfiguration.class)
			.run((context) -> assertThat(context).hasSingleBean(FilterRegistrationBean.class)
				.getBean("gracefulShutdownDrainFilterRegistration", FilterRegistrationBean.class)
				.satisfies((registration) -> assertThat(registration.getOrder()).isEqualTo(42)));
	}

	@Configuration(proxyBeanMethods = false)
	static class RegistrationConfiguration {

		@Bean
		FilterRegistrationBean<Filter> gracefulShutdownDrainFilterRegistration() {
			FilterRegistrationBean<Filter> registration = new FilterRegistrationBean<>(
					(request, response, chain) -> chain.doFilter(request, response));
			registration.setOrder(42);
			return registration;
		}

	}

}
