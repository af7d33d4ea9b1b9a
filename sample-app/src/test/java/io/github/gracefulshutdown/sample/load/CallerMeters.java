package io.github.gracefulshutdown.sample.load;

import io.micrometer.core.instrument.MeterRegistry;

import org.springframework.context.ApplicationContext;

/** The meters of the caller side. */
final class CallerMeters {

	private CallerMeters() {
	}

	static long counted(ApplicationContext application, String meter) {
		return (long) application.getBean(MeterRegistry.class)
			.get("graceful.shutdown.caller." + meter)
			.functionCounter()
			.count();
	}

}
