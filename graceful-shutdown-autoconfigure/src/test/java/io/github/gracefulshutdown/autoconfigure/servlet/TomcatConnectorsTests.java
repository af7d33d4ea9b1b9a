package io.github.gracefulshutdown.autoconfigure.servlet;

import java.lang.reflect.Method;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.github.gracefulshutdown.Outcome;
import io.github.gracefulshutdown.Permit;
import io.github.gracefulshutdown.Stage;
import io.github.gracefulshutdown.autoconfigure.WebApplication;
import org.apache.catalina.connector.Connector;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.server.ConfigurableWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.util.ReflectionUtils;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for an application with several connectors. */
class TomcatConnectorsTests {

	@Test
	void theActuatorAnswersOnEachDuringTheWholeDrainAndNothingElseSlipsThrough() throws Exception {
		try (WebApplication application = WebApplication.start(Application.class)) {
			int second = application.context().getBean(Connector.class).getLocalPort();
			int[] ports = { application.port(), second };
			Permit permit = Objects.requireNonNull(application.gate().tryEnter("job", "nightly report"));
			CompletableFuture<Outcome> drained = application.sequence().drain();
			Awaitility.await().until(() -> application.sequence().stage() == Stage.BLOCKING);
			assertThatTheActuatorAnswersAlone(application, ports);
			permit.close();
			assertThat(drained.get(10, TimeUnit.SECONDS)).isEqualTo(Outcome.CLEAN);
			assertThatTheActuatorAnswersAlone(application, ports);
		}
	}

	private static void assertThatTheActuatorAnswersAlone(WebApplication application, int[] ports) {
		for (int port : ports) {
			assertThat(get(application, port, "/actuator/metrics").statusCode()).isEqualTo(200);
			assertThat(get(application, port, "/actuator/health").headers().firstValue("Graceful-Shutdown")).isEmpty();
			assertThat(get(application, port, "/orders").headers().firstValue("Graceful-Shutdown"))
				.hasValue("rejected");
			assertThat(get(application, port, "/actuator/../orders").headers().firstValue("Graceful-Shutdown"))
				.hasValue("rejected");
		}
	}

	private static HttpResponse<String> get(WebApplication application, int port, String path) {
		return application.send("GET", port, path, BodyPublishers.noBody());
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Connector second() {
			Connector connector = new Connector();
			connector.setPort(0);
			return connector;
		}

		@Bean
		WebServerFactoryCustomizer<ConfigurableWebServerFactory> secondConnector(Connector second) {
			return (factory) -> ReflectionUtils.invokeMethod(addConnectors(factory.getClass()), factory,
					(Object) new Connector[] { second });
		}

		/**
		 * The type of the factory and the name are others in each line of Spring Boot.
		 */
		private static Method addConnectors(Class<?> factory) {
			return Arrays.stream(ReflectionUtils.getAllDeclaredMethods(factory))
				.filter((method) -> method.getName().startsWith("addAdditional")
						&& method.getParameterTypes()[0] == Connector[].class)
				.findFirst()
				.orElseThrow();
		}

	}

}
