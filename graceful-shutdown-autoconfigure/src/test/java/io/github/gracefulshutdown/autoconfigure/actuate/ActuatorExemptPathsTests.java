package io.github.gracefulshutdown.autoconfigure.actuate;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import io.github.gracefulshutdown.Outcome;
import io.github.gracefulshutdown.Permit;
import io.github.gracefulshutdown.Stage;
import io.github.gracefulshutdown.autoconfigure.RawConnection;
import io.github.gracefulshutdown.autoconfigure.WebApplication;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ActuatorExemptPaths} with an application that has a handler for every
 * path that is not the actuator's.
 */
class ActuatorExemptPathsTests {

	@SuppressWarnings("NullAway.Init")
	private WebApplication application;

	private void start(String... properties) {
		this.application = WebApplication.start(Application.class, properties);
	}

	@AfterEach
	void close() {
		this.application.close();
	}

	@ParameterizedTest
	@CsvSource(nullValues = "none", value = { "/actuator, none", "/manage, management.endpoints.web.base-path=/manage",
			"/app/mvc/actuator, server.servlet.context-path=/app spring.mvc.servlet.path=/mvc",
			"/, management.endpoints.web.base-path=/",
			"/mvc, management.endpoints.web.base-path=/ spring.mvc.servlet.path=/mvc/",
			"/actuator, management.server.port=0",
			"/own/actuator, management.server.port=0 management.server.base-path=/own server.servlet.context-path=/app" })
	void theActuatorAnswersDuringTheWholeDrain(String path, String properties) throws Exception {
		start(Stream
			.concat(Stream.of("graceful.shutdown.lame-duck.maximum=1s"),
					Stream.ofNullable(properties).flatMap((all) -> Stream.of(all.split(" "))))
			.toArray(String[]::new));
		String prefix = path.endsWith("/") ? path : path + "/";
		Permit permit = Objects.requireNonNull(this.application.gate().tryEnter("job", "nightly report"));
		CompletableFuture<Outcome> drained = this.application.sequence().drain();
		Awaitility.await().until(() -> this.application.sequence().stage() == Stage.LAME_DUCK);
		assertThatTheActuatorAnswersAt(prefix);
		Awaitility.await().until(() -> this.application.sequence().stage() == Stage.BLOCKING);
		assertThatTheActuatorAnswersAt(prefix);
		permit.close();
		assertThat(drained.get(10, TimeUnit.SECONDS)).isEqualTo(Outcome.CLEAN);
		assertThatTheActuatorAnswersAt(prefix);
		assertThat(this.application.context().getBean(Controller.class).executed).hasValue(0);
	}

	private void assertThatTheActuatorAnswersAt(String prefix) {
		for (String endpoint : new String[] { "health", "metrics" }) {
			HttpResponse<String> response = this.application.send("GET", this.application.managementPort(),
					prefix + endpoint, BodyPublishers.noBody());
			assertThat(response.headers().firstValue("Graceful-Shutdown")).isEmpty();
			assertThat(response.body()).contains(endpoint.equals("health") ? "\"status\":" : "\"names\":");
		}
	}

	@Test
	void nothingElseSlipsThrough() throws Exception {
		start();
		assertThat(send("/work")).contains(" 200 ", "executed");
		this.application.sequence().drain().get(10, TimeUnit.SECONDS);
		assertThat(send("/actuator/health")).doesNotContain("Graceful-Shutdown");
		for (String path : new String[] { "/actuatorx", "/actuator-health", "/actuator/healthy", "/ACTUATOR/health",
				"/actuator/work", "/actuator/", "/actuator/../work", "/actuator/health/../../work",
				"/actuator/health/..;/..;/work", "/actuator;/../work", "/actuator/health/%2e%2e/%2e%2e/work",
				"/actuator/health%2f..%2f..%2fwork", "/actuator/health/..%5c..%5cwork", "/actuator%2fhealth",
				"/actuator/health%00", "//actuator/health", "/actuator//health", "/./actuator/health",
				"/work/../actuator/health", "/work/%2e%2e/actuator/health", "/work/..;/actuator/health",
				"/actuator/./health", "http://localhost/work" }) {
			assertThat(send(path)).as(path).containsAnyOf("Graceful-Shutdown: rejected", " 400 ");
		}
		for (String path : new String[] { "/%61ctuator/health", "/actuator/health;x=1", "/actuator;x=1/health",
				"/actuator/health/", "/actuator/health?path=/work", "http://localhost/actuator/health" }) {
			assertThat(send(path)).as(path).doesNotContain("Graceful-Shutdown", "executed");
		}
		assertThat(this.application.context().getBean(Controller.class).executed).hasValue(1);
	}

	@Test
	void onAnotherPortThanTheActuatorNothingSlipsThroughButTheProbes() throws Exception {
		start("management.server.port=0", "management.endpoint.health.probes.enabled=true",
				"management.endpoint.health.probes.add-additional-paths=true");
		this.application.sequence().drain().get(10, TimeUnit.SECONDS);
		for (String path : new String[] { "/actuator", "/actuator/health", "/actuator/metrics", "/livezz", "//livez",
				"/work/../livez" }) {
			assertThat(send(path)).as(path).contains("Graceful-Shutdown: rejected");
		}
		for (String path : new String[] { "/livez", "/readyz" }) {
			assertThat(send(path)).as(path).doesNotContain("Graceful-Shutdown");
		}
		assertThat(this.application.context().getBean(Controller.class).executed).hasValue(0);
	}

	/** Sends the path as it is, which other clients would not. */
	private String send(String path) {
		try (RawConnection connection = new RawConnection(this.application.port())) {
			return connection.get(path).readResponse();
		}
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Controller controller() {
			return new Controller();
		}

	}

	@RestController
	static class Controller {

		private final AtomicInteger executed = new AtomicInteger();

		@RequestMapping("/**")
		String execute() {
			this.executed.incrementAndGet();
			return "executed";
		}

	}

}
