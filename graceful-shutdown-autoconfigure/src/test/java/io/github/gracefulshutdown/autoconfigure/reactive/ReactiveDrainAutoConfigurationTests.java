package io.github.gracefulshutdown.autoconfigure.reactive;

import io.github.gracefulshutdown.DrainGate;
import io.github.gracefulshutdown.autoconfigure.GracefulShutdownAutoConfiguration;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.http.ZeroCopyHttpOutputMessage;
import org.springframework.http.server.reactive.HttpHandlerDecoratorFactory;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.WebFilter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.withSettings;

/** Tests for {@link ReactiveDrainAutoConfiguration}. */
class ReactiveDrainAutoConfigurationTests {

	private static final AutoConfigurations CONFIGURATIONS = AutoConfigurations
		.of(GracefulShutdownAutoConfiguration.class, ReactiveDrainAutoConfiguration.class);

	private final ReactiveWebApplicationContextRunner contextRunner = new ReactiveWebApplicationContextRunner()
		.withConfiguration(CONFIGURATIONS);

	@Test
	void filterIsPresentByDefault() {
		this.contextRunner.run((context) -> assertThat(context).hasSingleBean(HttpHandlerDecoratorFactory.class)
			.getBean(WebFilter.class)
			.satisfies((filter) -> assertThat(((Ordered) filter).getOrder()).isEqualTo(Integer.MIN_VALUE + 10)));
	}

	@Test
	void filterIsAbsentWhenDisabled() {
		this.contextRunner.withPropertyValues("graceful.shutdown.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(WebFilter.class)
				.doesNotHaveBean(HttpHandlerDecoratorFactory.class));
	}

	@Test
	void filterBacksOffWhenReactorIsMissing() {
		new ApplicationContextRunner().withConfiguration(CONFIGURATIONS)
			.withClassLoader(new FilteredClassLoader("reactor.core"))
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(DrainGate.class));
	}

	@Test
	void filterBacksOffInAnApplicationThatIsNotReactive() {
		new WebApplicationContextRunner().withConfiguration(CONFIGURATIONS)
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(WebFilter.class));
	}

	@Test
	void theFilterOfTheUserWins() {
		this.contextRunner.withUserConfiguration(FilterConfiguration.class)
			.run((context) -> assertThat(context).getBean(WebFilter.class).isNotInstanceOf(DrainWebFilter.class));
	}

	@Test
	void filesAreStillSentWithoutBeingRead() {
		ServerHttpResponse response = mock(ServerHttpResponse.class,
				withSettings().extraInterfaces(ZeroCopyHttpOutputMessage.class));
		assertThat(EndableResponse.of(response, (type) -> false, (end) -> end))
			.isInstanceOf(ZeroCopyHttpOutputMessage.class);
		assertThat(EndableResponse.of(mock(ServerHttpResponse.class), (type) -> false, (end) -> end))
			.isNotInstanceOf(ZeroCopyHttpOutputMessage.class);
	}

	@Configuration(proxyBeanMethods = false)
	static class FilterConfiguration {

		@Bean
		WebFilter gracefulShutdownDrainWebFilter() {
			return (exchange, chain) -> chain.filter(exchange);
		}

	}

}
