package io.github.gracefulshutdown.autoconfigure.jetty;

import io.github.gracefulshutdown.autoconfigure.WebApplication;

import org.springframework.boot.SpringApplication;

/** The same for a reactive application. */
class JettyReactiveIntakeTests extends JettyDrainTests {

	@Override
	protected SpringApplication application(Class<?> beans) {
		return WebApplication.reactive(beans, "reactor.netty", "org.apache.catalina");
	}

}
