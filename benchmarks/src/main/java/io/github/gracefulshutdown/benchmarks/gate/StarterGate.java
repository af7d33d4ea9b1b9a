package io.github.gracefulshutdown.benchmarks.gate;

import io.github.gracefulshutdown.DrainGate;
import io.github.gracefulshutdown.autoconfigure.GracefulShutdownAutoConfiguration;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;

/** The gate as an application gets it, with the time that the starter gives it. */
final class StarterGate implements AutoCloseable {

	private final ConfigurableApplicationContext context;

	StarterGate() {
		SpringApplication application = new SpringApplication(GracefulShutdownAutoConfiguration.class);
		application.setWebApplicationType(WebApplicationType.NONE);
		application.setRegisterShutdownHook(false);
		application.setLogStartupInfo(false);
		this.context = application.run("--spring.main.banner-mode=off", "--logging.level.root=warn",
				"--graceful.shutdown.lame-duck.maximum=0", "--graceful.shutdown.drain.timeout=0");
	}

	DrainGate get() {
		return this.context.getBean(DrainGate.class);
	}

	@Override
	public void close() {
		this.context.close();
	}

}
