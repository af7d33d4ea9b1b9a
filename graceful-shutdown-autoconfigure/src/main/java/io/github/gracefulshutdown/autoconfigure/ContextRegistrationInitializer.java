package io.github.gracefulshutdown.autoconfigure;

import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Has an application of Spring Boot registered before anything of it runs. Until then
 * there is nothing that could keep the JVM from its end.
 */
final class ContextRegistrationInitializer implements ApplicationContextInitializer<ConfigurableApplicationContext> {

	// The context of Spring Cloud that looks for properties has a source of this name.
	private static final String BOOTSTRAP = "bootstrap";

	private static final String AOT_PROCESSING = "spring.aot.processing";

	@Override
	public void initialize(ConfigurableApplicationContext context) {
		if (context.getEnvironment().getProperty("graceful.shutdown.enabled", Boolean.class, true)
				&& !context.getEnvironment().getPropertySources().contains(BOOTSTRAP)
				&& !Boolean.getBoolean(AOT_PROCESSING)) {
			context.addBeanFactoryPostProcessor(ContextRegistration.ofApplication(context));
		}
	}

}
