package io.github.gracefulshutdown.autoconfigure.actuate;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

import io.github.gracefulshutdown.Permit;
import io.github.gracefulshutdown.Stage;
import io.github.gracefulshutdown.autoconfigure.Background;
import io.github.gracefulshutdown.autoconfigure.SharedApplication;
import io.github.gracefulshutdown.autoconfigure.WebApplication;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.skyscreamer.jsonassert.JSONAssert;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for {@link DrainEndpoint} over HTTP, as {@code curl} calls it. */
@TestInstance(Lifecycle.PER_CLASS)
abstract class DrainEndpointContract {

	static final String PATH = "/actuator/drain";

	private static final String[] PROBES = { "management.endpoint.health.probes.enabled=true",
			"management.endpoint.health.probes.add-additional-paths=true" };

	private final String prefix;

	private final String[] prefixProperties;

	@RegisterExtension
	private final SharedApplication application = new SharedApplication(this::newApplication);

	/**
	 * Creates tests on a kind of application.
	 * @param prefix a path below which all is, the actuator too
	 * @param prefixProperties the properties that make it so
	 */
	DrainEndpointContract(String prefix, String... prefixProperties) {
		this.prefix = prefix;
		this.prefixProperties = prefixProperties;
	}

	abstract WebApplication newApplication(String... properties);

	WebApplication application() {
		return this.application.get();
	}

	Permit enter() {
		return Objects.requireNonNull(application().gate().tryEnter("job", "nightly report"));
	}

	HttpResponse<String> call(String method, String path) {
		return application().send(method, application().port(), path, BodyPublishers.noBody());
	}

	@Test
	void getShowsAServingInstance() throws Exception {
		try (Permit permit = enter()) {
			HttpResponse<String> response = call("GET", PATH);
			assertThat(response.statusCode()).isEqualTo(200);
			JSONAssert.assertEquals("""
					{"stage": "SERVING", "outcome": null, "inFlight": {"job": 1}, "remaining": null,
					"withdrawn": [], "waitingFor": [], "report": null}""", response.body(), true);
		}
	}

	@Test
	void postBeginsADrainAndAnswersAtOnce() throws Exception {
		Permit permit = enter();
		HttpResponse<String> first = call("POST", PATH);
		HttpResponse<String> second = call("POST", PATH);
		assertThat(first.statusCode()).isEqualTo(202);
		assertThat(second.statusCode()).isEqualTo(202);
		application().awaitStage(Stage.BLOCKING);
		assertThat(call("GET", PATH).body()).contains("\"stage\":\"BLOCKING\"")
			.contains("\"remaining\":\"PT2")
			.contains("job nightly report for ");
		permit.close();
		application().drain();
		JSONAssert.assertEquals("""
				{"stage": "DRAINED", "outcome": "CLEAN", "inFlight": {}, "waitingFor": []}""", call("GET", PATH).body(),
				false);
	}

	@Test
	void getShowsWhatWasStuck() {
		this.application.startOwn("graceful.shutdown.drain.timeout=100ms");
		Permit permit = enter();
		HttpResponse<String> response = call("POST", PATH + "?wait=20s");
		assertThat(response.statusCode()).isEqualTo(200);
		assertThat(response.body()).contains("\"outcome\":\"TIMED_OUT\"")
			.contains("\"description\":\"nightly report\"")
			.contains("\"stack\":[\"");
		permit.close();
	}

	@Test
	void postWithWaitAnswersWhenDrained() {
		Permit permit = enter();
		CompletableFuture<HttpResponse<String>> waiting = Background.call(() -> call("POST", PATH + "?wait=20s"));
		application().awaitStage(Stage.BLOCKING);
		assertThat(waiting).isNotDone();
		permit.close();
		assertThat(waiting.join().statusCode()).isEqualTo(200);
		assertThat(waiting.join().body()).contains("\"stage\":\"DRAINED\"");
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
		HttpResponse<String> response = application().send("POST", application().port(), PATH,
				BodyPublishers.ofString("{\"wait\": \"20\"}"), "Content-Type", "application/json");
		assertThat(response.statusCode()).isEqualTo(200);
		assertThat(response.body()).contains("\"stage\":\"DRAINED\"");
	}

	@Test
	void waitThatIsNoDurationIsABadRequestAndDrainsNothing() {
		for (String wait : new String[] { "soon", "-5s", "", "9223372036854775807" }) {
			HttpResponse<String> response = call("POST", PATH + "?wait=" + wait);
			assertThat(response.statusCode()).isEqualTo(400);
			assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
			assertThat(response.body()).contains("\"status\":400", "'wait' is '" + wait + "'");
		}
		assertThat(application().sequence().stage()).isEqualTo(Stage.SERVING);
	}

	@Test
	void postWithWaitIsToldWhenTheDrainIsUndone() {
		Permit permit = enter();
		CompletableFuture<HttpResponse<String>> waiting = Background.call(() -> call("POST", PATH + "?wait=20s"));
		application().awaitStage(Stage.BLOCKING);
		assertThat(call("DELETE", PATH).statusCode()).isEqualTo(200);
		assertThat(waiting.join().statusCode()).isEqualTo(409);
		assertThat(waiting.join().body()).contains("The drain was undone");
		permit.close();
	}

	@Test
	void deleteResumes() {
		call("POST", PATH + "?wait=20s");
		HttpResponse<String> response = call("DELETE", PATH);
		assertThat(response.statusCode()).isEqualTo(200);
		assertThat(response.body()).contains("\"stage\":\"SERVING\"");
	}

	@Test
	void deleteIsAConflictWhileTheContextCloses() {
		Permit permit = enter();
		CompletableFuture<Void> closed = application().closeUntilBlocking();
		HttpResponse<String> response = call("DELETE", PATH);
		assertThat(response.statusCode()).isEqualTo(409);
		assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
		assertThat(call("POST", PATH).statusCode()).isEqualTo(202);
		permit.close();
		closed.join();
	}

	@Test
	void theActuatorAnswersWhileTheApplicationRefuses() {
		this.application
			.startOwn(Stream.concat(Stream.of(this.prefixProperties), Stream.of(PROBES)).toArray(String[]::new));
		call("POST", this.prefix + "/actuator/drain?wait=20s");
		assertThat(call("GET", this.prefix + "/actuator").statusCode()).isEqualTo(200);
		assertThat(call("GET", this.prefix + "/actuator/metrics").statusCode()).isEqualTo(200);
		assertThat(call("GET", this.prefix + "/livez").statusCode()).isEqualTo(200);
		HttpResponse<String> readiness = call("GET", this.prefix + "/readyz");
		assertThat(readiness.statusCode()).isEqualTo(503);
		assertThat(readiness.body()).contains("OUT_OF_SERVICE");
		assertThat(readiness.headers().firstValue("Graceful-Shutdown")).isEmpty();
		assertThat(call("GET", this.prefix + "/actuators").headers().firstValue("Graceful-Shutdown"))
			.hasValue("rejected");
		assertThat(application().gate().inFlight()).isZero();
	}

	@Test
	void nothingElseBelowTheBasePathIsExempt() {
		this.application.startOwn("management.endpoints.web.base-path=/api");
		call("POST", "/api/drain?wait=20s");
		assertThat(call("GET", "/api").statusCode()).isEqualTo(200);
		assertThat(call("GET", "/api/metrics").statusCode()).isEqualTo(200);
		assertThat(call("GET", "/api/orders").headers().firstValue("Graceful-Shutdown")).hasValue("rejected");
	}

	@Test
	void theActuatorMayLiveAtTheRoot() {
		this.application.startOwn("management.endpoints.web.base-path=/");
		call("POST", "/drain?wait=20s");
		assertThat(call("GET", "/drain").statusCode()).isEqualTo(200);
		assertThat(call("GET", "/hello").headers().firstValue("Graceful-Shutdown")).hasValue("rejected");
	}

	@Test
	void aPortOfItsOwnAnswersToTheEndAndItsCloseStartsNothing() {
		this.application.startOwn("management.server.port=0", PROBES[0], PROBES[1]);
		int port = application().managementPort();
		HttpResponse<String> drained = application().send("POST", port, PATH + "?wait=20s", BodyPublishers.noBody());
		assertThat(drained.statusCode()).isEqualTo(200);
		assertThat(call("GET", PATH).headers().firstValue("Graceful-Shutdown")).hasValue("rejected");
		assertThat(call("GET", "/livez").statusCode()).isEqualTo(200);
		HttpResponse<String> health = application().send("GET", port, "/actuator/health", BodyPublishers.noBody());
		assertThat(health.headers().firstValue("Graceful-Shutdown")).isEmpty();
		HttpResponse<String> resumed = application().send("DELETE", port, PATH, BodyPublishers.noBody());
		assertThat(resumed.statusCode()).isEqualTo(200);
	}

}
