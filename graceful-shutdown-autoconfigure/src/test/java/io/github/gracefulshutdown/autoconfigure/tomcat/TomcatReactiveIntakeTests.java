package io.github.gracefulshutdown.autoconfigure.tomcat;

import io.github.gracefulshutdown.autoconfigure.WebApplication;

import org.springframework.boot.SpringApplication;

/** The same for a reactive application. */
class TomcatReactiveIntakeTests extends TomcatDrainTests {

	@Override
	protected SpringApplication application(Class<?> beans) {
		return WebApplication.reactive(beans, "reactor.netty", "org.eclipse.jetty");
	}

}
