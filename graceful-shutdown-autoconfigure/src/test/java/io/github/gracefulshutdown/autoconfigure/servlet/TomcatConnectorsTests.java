package io.github.gracefulshutdown.autoconfigure.servlet;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.concurrent.TimeUnit;

import io.github.gracefulshutdown.autoconfigure.WebApplication;
import org.apache.catalina.connector.Connector;
import org.junit.jupiter.api.Test;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.server.ConfigurableWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.test.util.ReflectionTestUtils;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for an application with several connectors. */
class TomcatConnectorsTests {

	@Test
	void theActuatorAnswersOnEachAndNothingElseSlipsThrough() throws Exception {
		try (WebApplication application = WebApplication.start(Application.class)) {
			Connector second = application.context().getBean(Connector.class);
			application.sequence().drain().get(10, TimeUnit.SECONDS);
			for (int port : new int[] { application.port(), second.getLocalPort() }) {
				assertThat(get(application, port, "/actuator/metrics").statusCode()).isEqualTo(200);
				assertThat(get(application, port, "/actuator/health").headers().firstValue("Graceful-Shutdown"))
					.isEmpty();
				assertThat(get(application, port, "/orders").headers().firstValue("Graceful-Shutdown"))
					.hasValue("rejected");
			}
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
			// The type of the factory is another on each line of Spring Boot.
			return (factory) -> ReflectionTestUtils.invokeMethod(factory, "addAdditionalTomcatConnectors",
					(Object) new Connector[] { second });
		}

	}

}
