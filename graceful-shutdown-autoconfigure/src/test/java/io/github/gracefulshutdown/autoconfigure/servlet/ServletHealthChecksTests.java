package io.github.gracefulshutdown.autoconfigure.servlet;

import io.github.gracefulshutdown.autoconfigure.HttpHealthChecksContract;
import io.github.gracefulshutdown.autoconfigure.WebApplication;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;

/** Tests of health checks in a servlet application. */
class ServletHealthChecksTests extends HttpHealthChecksContract {

	@Override
	protected WebApplication start(String... properties) {
		return WebApplication.start(Application.class, properties);
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
