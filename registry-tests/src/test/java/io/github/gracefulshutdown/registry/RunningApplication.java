package io.github.gracefulshutdown.registry;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

import io.github.gracefulshutdown.Stage;
import io.github.gracefulshutdown.autoconfigure.ShutdownSequence;
import io.github.gracefulshutdown.autoconfigure.StageChangedEvent;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.event.EventListener;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** An application with a real web server, in this JVM, and how it is stopped. */
final class RunningApplication implements AutoCloseable {

	static final String NAME = "orders";

	private final ConfigurableApplicationContext context;

	private final Stages stages;

	private final int port;

	private RunningApplication(ConfigurableApplicationContext context) {
		this.context = context;
		this.stages = context.getBean(Stages.class);
		this.port = Integer.parseInt(context.getEnvironment().getRequiredProperty("local.server.port"));
	}

	static RunningApplication start(String... properties) {
		return start(new Class<?>[0], properties);
	}

	static RunningApplication start(Class<?>[] sources, String... properties) {
		return new RunningApplication(new SpringApplicationBuilder(Application.class).sources(sources)
			.properties(Registries.none())
			.properties("server.port=0", "spring.application.name=" + NAME, "graceful.shutdown.lame-duck.minimum=2s",
					"graceful.shutdown.lame-duck.quiet-period=0")
			.properties(properties)
			.run());
	}

	int port() {
		return this.port;
	}

	ConfigurableApplicationContext context() {
		return this.context;
	}

	<T> T bean(Class<T> type) {
		return this.context.getBean(type);
	}

	/**
	 * {@return the status with which a request is answered}
	 */
	int call() {
		return Http.status(URI.create("http://localhost:" + port() + "/hello"));
	}

	/**
	 * {@return the status of the answer to the readiness probe}
	 */
	int readiness() {
		return Http.status(URI.create("http://localhost:" + port() + "/actuator/health/readiness"));
	}

	Stage stage() {
		return this.context.getBean(ShutdownSequence.class).stage();
	}

	/** Closes the context on another thread, as SIGTERM does. */
	CompletableFuture<Void> beginClose() {
		return CompletableFuture.runAsync(this.context::close, (task) -> new Thread(task).start());
	}

	void drain() {
		this.context.getBean(ShutdownSequence.class).drain().orTimeout(20, TimeUnit.SECONDS).join();
	}

	CompletableFuture<?> beginDrain() {
		return this.context.getBean(ShutdownSequence.class).drain();
	}

	void resume() {
		this.context.getBean(ShutdownSequence.class).resume();
	}

	/**
	 * {@return the time from one stage to another}
	 */
	Duration between(Stage from, Stage to) {
		return Duration.ofNanos(this.stages.reached.get(to) - this.stages.reached.get(from));
	}

	@Override
	public void close() {
		this.context.close();
	}

	static final class Stages {

		private final Map<Stage, Long> reached = new ConcurrentHashMap<>();

		@EventListener
		void reached(StageChangedEvent event) {
			this.reached.put(event.getStage(), System.nanoTime());
		}

	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@RestController
	static class Application {

		@Bean
		Stages stages() {
			return new Stages();
		}

		@GetMapping("/hello")
		String hello() {
			return "hello";
		}

	}

}
