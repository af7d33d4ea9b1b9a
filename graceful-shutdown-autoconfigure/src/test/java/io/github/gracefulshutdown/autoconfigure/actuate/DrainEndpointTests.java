package io.github.gracefulshutdown.autoconfigure.actuate;

import io.github.gracefulshutdown.autoconfigure.WebApplication;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;

/** Tests for {@link DrainEndpoint} in a servlet application. */
class DrainEndpointTests extends DrainEndpointContract {

	DrainEndpointTests() {
		super("/app/mvc", "server.servlet.context-path=/app", "spring.mvc.servlet.path=/mvc");
	}

	@Override
	WebApplication newApplication(String... properties) {
		return WebApplication.start(Application.class, properties);
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
