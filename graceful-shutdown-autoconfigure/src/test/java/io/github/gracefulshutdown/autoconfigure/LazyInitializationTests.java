package io.github.gracefulshutdown.autoconfigure;

import java.util.stream.Stream;

import io.github.gracefulshutdown.TeardownResource;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for applications whose beans are created when somebody uses them. */
class LazyInitializationTests {

	@Test
	void whatTheStarterPromisesHangsOnNoBeanThatNobodyUses() {
		try (ConfigurableApplicationContext context = start()) {
			ConfigurableListableBeanFactory beanFactory = context.getBeanFactory();
			assertThat(Stream.of(context.getBeanDefinitionNames())
				.filter((name) -> name.startsWith(GracefulShutdownAutoConfiguration.BEAN_NAME_PREFIX))
				.filter(beanFactory::isSingleton)).isNotEmpty().allMatch(beanFactory::containsSingleton);
		}
	}

	@Test
	void beansOfTheUserStayLazyAlsoAtTheShutdown() {
		ConfigurableApplicationContext context = start();
		assertThat(context.getBeanFactory().containsSingleton("unused")).isFalse();
		context.close();
		assertThat(Application.created).isFalse();
	}

	private static ConfigurableApplicationContext start() {
		Application.created = false;
		return new SpringApplicationBuilder(Application.class).web(WebApplicationType.SERVLET)
			.lazyInitialization(true)
			.properties("server.port=0")
			.run();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		private static volatile boolean created;

		@Bean
		TeardownResource unused() {
			created = true;
			return () -> {
			};
		}

	}

}
