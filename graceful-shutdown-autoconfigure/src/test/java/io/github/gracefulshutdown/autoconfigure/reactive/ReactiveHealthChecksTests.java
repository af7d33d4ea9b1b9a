package io.github.gracefulshutdown.autoconfigure.reactive;

import io.github.gracefulshutdown.autoconfigure.HttpHealthChecksContract;
import io.github.gracefulshutdown.autoconfigure.WebApplication;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;

/** Tests of health checks in a reactive application. */
class ReactiveHealthChecksTests extends HttpHealthChecksContract {

	@Override
	protected WebApplication start(String... properties) {
		return WebApplication
			.start(WebApplication.reactive(Application.class, "org.apache.catalina", "org.eclipse.jetty"), properties);
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
