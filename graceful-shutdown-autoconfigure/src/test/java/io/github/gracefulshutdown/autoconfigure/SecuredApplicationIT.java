package io.github.gracefulshutdown.autoconfigure;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.github.gracefulshutdown.Outcome;
import io.github.gracefulshutdown.Stage;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests with an application whose every request needs a user. That is so in every
 * application that has Spring Security on its class path, so no other test has it there.
 */
class SecuredApplicationIT {

	private static final String[] USER = { "Authorization",
			"Basic " + Base64.getEncoder().encodeToString("user:secret".getBytes(StandardCharsets.UTF_8)) };

	// What makes Spring Security remember the request, so that it creates a session.
	private static final String[] BROWSER = { "Accept", "text/html" };

	@SuppressWarnings("NullAway.Init")
	private WebApplication application;

	private void start(WebApplicationType type, String... properties) {
		SpringApplication prepared = new SpringApplication(Application.class);
		prepared.setWebApplicationType(type);
		this.application = WebApplication.start(prepared,
				Stream
					.concat(Stream.of(properties),
							Stream.of("spring.security.user.name=user", "spring.security.user.password=secret"))
					.toArray(String[]::new));
	}

	@AfterEach
	void close() {
		this.application.context().getBean(Controller.class).admit.countDown();
		this.application.close();
	}

	@ParameterizedTest
	@EnumSource(names = { "SERVLET", "REACTIVE" })
	void theRefusalNeedsNoUserAndNoSessionAndTheActuatorIsAsSecureAsBefore(WebApplicationType type) throws Exception {
		start(type);
		assertThat(send("GET", "/hello", USER).statusCode()).isEqualTo(200);
		assertThat(send("POST", "/orders", USER).statusCode()).isIn(401, 403); // no CSRF
																				// token
		HttpResponse<String> turnedAway = send("GET", "/hello", BROWSER);
		assertThat(turnedAway.statusCode()).isEqualTo(302);
		assertThat(turnedAway.headers().firstValue("Set-Cookie")).isPresent();
		drain();
		assertThatIsRefused(send("GET", "/hello"));
		assertThatIsRefused(send("GET", "/hello", BROWSER));
		assertThatIsRefused(send("GET", "/hello", USER));
		assertThatIsRefused(send("POST", "/orders", USER));
		assertThatIsRefused(send("POST", "/login"));
		Awaitility.await().until(() -> requestsInTheMetrics("503") == 5);
		HttpResponse<String> health = send("GET", "/actuator/health");
		assertThat(health.body()).contains("\"status\":");
		assertThat(health.headers().firstValue("Graceful-Shutdown")).isEmpty();
		assertThat(send("GET", "/actuator/metrics").statusCode()).isEqualTo(401);
		assertThat(send("GET", "/actuator/metrics", USER).statusCode()).isEqualTo(200);
		assertThat(send("DELETE", "/actuator/drain").statusCode()).isIn(401, 403);
		assertThat(this.application.sequence().stage()).isEqualTo(Stage.DRAINED);
	}

	@ParameterizedTest
	@EnumSource(names = { "SERVLET", "REACTIVE" })
	void aRequestThatWasLetInGoesOnAsItsUserAndWhoIsTurnedAwayIsToldToo(WebApplicationType type) throws Exception {
		start(type, "graceful.shutdown.lame-duck.maximum=2s");
		CompletableFuture<HttpResponse<String>> inFlight = Background.call(() -> send("GET", "/user", USER));
		Awaitility.await().until(() -> this.application.gate().inFlight() == 1);
		CompletableFuture<Outcome> drained = this.application.sequence().drain();
		Awaitility.await().until(() -> this.application.sequence().stage() == Stage.LAME_DUCK);
		HttpResponse<String> turnedAway = send("GET", "/hello");
		assertThat(turnedAway.statusCode()).isEqualTo(401);
		assertThat(turnedAway.headers().firstValue("Graceful-Shutdown")).hasValue("lame-duck");
		Awaitility.await().until(() -> this.application.sequence().stage() == Stage.BLOCKING);
		this.application.context().getBean(Controller.class).admit.countDown();
		assertThat(inFlight.get(10, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
		assertThat(inFlight.get().body()).isEqualTo("done");
		assertThat(drained.get(10, TimeUnit.SECONDS)).isEqualTo(Outcome.CLEAN);
	}

	private void drain() throws Exception {
		assertThat(this.application.sequence().drain().get(10, TimeUnit.SECONDS)).isEqualTo(Outcome.CLEAN);
	}

	private long requestsInTheMetrics(String status) {
		MeterRegistry registry = this.application.context().getBean(MeterRegistry.class);
		return registry.find("http.server.requests")
			.tag("status", status)
			.timers()
			.stream()
			.mapToLong(Timer::count)
			.sum();
	}

	private HttpResponse<String> send(String method, String path, String... headers) {
		return this.application.send(method, this.application.port(), path, BodyPublishers.noBody(), headers);
	}

	private static void assertThatIsRefused(HttpResponse<String> response) {
		assertThat(response.statusCode()).isEqualTo(503);
		assertThat(response.headers().firstValue("Graceful-Shutdown")).hasValue("rejected");
		assertThat(response.headers().firstValue("Set-Cookie")).isEmpty();
		assertThat(response.body()).contains("was not executed");
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

		private final CountDownLatch admit = new CountDownLatch(1);

		@GetMapping("/hello")
		String hello() {
			return "hello";
		}

		@PostMapping("/orders")
		String order() {
			return "ordered";
		}

		@GetMapping("/user")
		CompletableFuture<String> user() {
			return Background.call(this::awaitAdmission);
		}

		private String awaitAdmission() {
			try {
				this.admit.await();
				return "done";
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}

	}

}
