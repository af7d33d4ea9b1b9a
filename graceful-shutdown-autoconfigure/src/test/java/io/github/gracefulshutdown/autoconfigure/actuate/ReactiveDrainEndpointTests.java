package io.github.gracefulshutdown.autoconfigure.actuate;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

import io.github.gracefulshutdown.Permit;
import io.github.gracefulshutdown.Stage;
import io.github.gracefulshutdown.autoconfigure.WebApplication;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.core.io.DefaultResourceLoader;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link DrainEndpoint} in a reactive application, as {@code curl} calls it.
 */
class ReactiveDrainEndpointTests {

	private static final String PATH = "/actuator/drain";

	private WebApplication application = start();

	@AfterEach
	void close() {
		this.application.close();
	}

	private static WebApplication start(String... properties) {
		SpringApplication application = new SpringApplication(
				new DefaultResourceLoader(new FilteredClassLoader("org.apache.catalina", "org.eclipse.jetty")),
				Application.class);
		application.setWebApplicationType(WebApplicationType.REACTIVE);
		return WebApplication.start(application, properties);
	}

	private void restart(String... properties) {
		this.application.close();
		this.application = start(properties);
	}

	private Permit enter() {
		return Objects.requireNonNull(this.application.gate().tryEnter("job", "nightly report"));
	}

	private HttpResponse<String> call(String method, String path) {
		return this.application.send(method, this.application.port(), path, BodyPublishers.noBody());
	}

	@Test
	void postBeginsADrainAndAnswersAtOnceAndDeleteUndoesIt() {
		try (Permit permit = enter()) {
			assertThat(permit).isNotNull();
			assertThat(call("POST", PATH).statusCode()).isEqualTo(202);
			Awaitility.await().until(() -> this.application.sequence().stage() == Stage.BLOCKING);
			assertThat(call("GET", PATH).body()).contains("\"stage\":\"BLOCKING\"", "job nightly report for ");
			HttpResponse<String> resumed = call("DELETE", PATH);
			assertThat(resumed.statusCode()).isEqualTo(200);
			assertThat(resumed.body()).contains("\"stage\":\"SERVING\"");
		}
	}

	@Test
	void postWithWaitAnswersWhenDrained() {
		Permit permit = enter();
		CompletableFuture<HttpResponse<String>> waiting = CompletableFuture
			.supplyAsync(() -> call("POST", PATH + "?wait=20s"));
		Awaitility.await().until(() -> this.application.sequence().stage() == Stage.BLOCKING);
		assertThat(waiting).isNotDone();
		permit.close();
		assertThat(waiting.join().statusCode()).isEqualTo(200);
		assertThat(waiting.join().body()).contains("\"stage\":\"DRAINED\"");
	}

	@Test
	void callsThatWaitHoldNoThread() {
		Permit permit = enter();
		CompletableFuture<?>[] waiting = new CompletableFuture<?>[50];
		for (int i = 0; i < waiting.length; i++) {
			waiting[i] = this.application.sendAsync("POST", PATH + "?wait=20s");
		}
		Awaitility.await().until(() -> this.application.sequence().stage() == Stage.BLOCKING);
		assertThat(call("GET", PATH).statusCode()).isEqualTo(200);
		permit.close();
		CompletableFuture.allOf(waiting).join();
	}

	@Test
	void postWithWaitAnswersWhenTheWaitIsOver() {
		Permit permit = enter();
		HttpResponse<String> response = call("POST", PATH + "?wait=50ms");
		assertThat(response.statusCode()).isEqualTo(202);
		assertThat(response.body()).doesNotContain("DRAINED");
		permit.close();
	}

	@Test
	void waitMayComeInABody() {
		HttpResponse<String> response = this.application.send("POST", this.application.port(), PATH,
				BodyPublishers.ofString("{\"wait\": \"20\"}"), "Content-Type", "application/json");
		assertThat(response.statusCode()).isEqualTo(200);
		assertThat(response.body()).contains("\"stage\":\"DRAINED\"");
	}

	@Test
	void waitThatIsNoDurationIsABadRequestAndDrainsNothing() {
		HttpResponse<String> response = call("POST", PATH + "?wait=soon");
		assertThat(response.statusCode()).isEqualTo(400);
		assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
		assertThat(response.body()).contains("\"status\":400", "'wait' is 'soon'");
		assertThat(this.application.sequence().stage()).isEqualTo(Stage.SERVING);
	}

	@Test
	void postWithWaitIsToldWhenTheDrainIsUndone() {
		Permit permit = enter();
		CompletableFuture<HttpResponse<String>> waiting = CompletableFuture
			.supplyAsync(() -> call("POST", PATH + "?wait=20s"));
		Awaitility.await().until(() -> this.application.sequence().stage() == Stage.BLOCKING);
		assertThat(call("DELETE", PATH).statusCode()).isEqualTo(200);
		assertThat(waiting.join().statusCode()).isEqualTo(409);
		assertThat(waiting.join().body()).contains("The drain was undone");
		permit.close();
	}

	@Test
	void theActuatorAnswersWhileTheApplicationRefuses() {
		restart("spring.webflux.base-path=/app", "spring.mvc.servlet.path=/mvc",
				"management.endpoint.health.probes.add-additional-paths=true",
				"management.endpoint.health.probes.enabled=true");
		call("POST", "/app/actuator/drain?wait=20s");
		assertThat(call("GET", "/app/actuator").statusCode()).isEqualTo(200);
		assertThat(call("GET", "/app/actuator/metrics").statusCode()).isEqualTo(200);
		assertThat(call("GET", "/app/livez").statusCode()).isEqualTo(200);
		HttpResponse<String> readiness = call("GET", "/app/readyz");
		assertThat(readiness.statusCode()).isEqualTo(503);
		assertThat(readiness.body()).contains("OUT_OF_SERVICE");
		assertThat(readiness.headers().firstValue("Graceful-Shutdown")).isEmpty();
		assertThat(call("GET", "/app/actuators").headers().firstValue("Graceful-Shutdown")).hasValue("rejected");
		assertThat(this.application.gate().inFlight()).isZero();
	}

	@Test
	void theRefusedAreSeenInTheMetrics() {
		call("POST", PATH + "?wait=20s");
		assertThat(call("GET", "/hello").statusCode()).isEqualTo(503);
		assertThat(call("GET", "/actuator/metrics/http.server.requests?tag=status:503").statusCode()).isEqualTo(200);
	}

	@Test
	void theActuatorMayLiveAtTheRoot() {
		restart("management.endpoints.web.base-path=/");
		call("POST", "/drain?wait=20s");
		assertThat(call("GET", "/drain").statusCode()).isEqualTo(200);
		assertThat(call("GET", "/hello").headers().firstValue("Graceful-Shutdown")).hasValue("rejected");
	}

	@Test
	void aPortOfItsOwnAnswersToTheEndAndItsCloseStartsNothing() {
		restart("management.server.port=0", "management.endpoint.health.probes.enabled=true",
				"management.endpoint.health.probes.add-additional-paths=true");
		int port = this.application.managementPort();
		HttpResponse<String> drained = this.application.send("POST", port, PATH + "?wait=20s", BodyPublishers.noBody());
		assertThat(drained.statusCode()).isEqualTo(200);
		assertThat(call("GET", PATH).headers().firstValue("Graceful-Shutdown")).hasValue("rejected");
		assertThat(call("GET", "/livez").statusCode()).isEqualTo(200);
		HttpResponse<String> health = this.application.send("GET", port, "/actuator/health", BodyPublishers.noBody());
		assertThat(health.headers().firstValue("Graceful-Shutdown")).isEmpty();
		HttpResponse<String> resumed = this.application.send("DELETE", port, PATH, BodyPublishers.noBody());
		assertThat(resumed.statusCode()).isEqualTo(200);
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
