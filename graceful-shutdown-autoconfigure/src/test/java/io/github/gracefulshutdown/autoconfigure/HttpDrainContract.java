package io.github.gracefulshutdown.autoconfigure;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.github.gracefulshutdown.Outcome;
import io.github.gracefulshutdown.Permit;
import io.github.gracefulshutdown.WorkInFlight;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for what the callers of every kind of web application see, over real connections
 * to a real server. The application answers
 * <ul>
 * <li>{@code GET /hello} with "hello",</li>
 * <li>{@code GET /answer} with "done" when it is told to,</li>
 * <li>{@code GET /empty} with nothing,</li>
 * <li>{@code GET /throws} with a failure,</li>
 * <li>{@code POST /count}, and counts how often, and</li>
 * <li>{@code GET /exempt/inflight} with how many requests are in flight.</li>
 * </ul>
 */
@TestInstance(Lifecycle.PER_CLASS)
public abstract class HttpDrainContract {

	/** For a lame duck that ends when nothing is in flight any more. */
	protected static final String[] LAME_DUCK_WHILE_IN_FLIGHT = { "graceful.shutdown.lame-duck.minimum=0",
			"graceful.shutdown.lame-duck.quiet-period=50ms", "graceful.shutdown.lame-duck.maximum=20s" };

	private static final int TEN_MEGABYTES = 10 * 1024 * 1024;

	@RegisterExtension
	private final SharedApplication application = new SharedApplication(this::newApplication);

	protected abstract WebApplication newApplication(String... properties);

	/** Has {@code GET /answer} of the application answered. */
	protected abstract void answer();

	/** Returns how often {@code POST /count} of the application was executed. */
	protected abstract int executed();

	@AfterEach
	void answerAll() {
		if (application().context().isActive()) {
			answer();
		}
	}

	protected final WebApplication application() {
		return this.application.get();
	}

	protected final void startOwn(String... properties) {
		this.application.startOwn(properties);
	}

	protected final RawConnection connect() {
		return new RawConnection(application().port());
	}

	@Test
	void responsesOfAServingInstanceCarryNothing() {
		HttpResponse<String> response = application().get("/hello");
		assertThat(response.body()).isEqualTo("hello");
		assertThat(response.headers().map()).doesNotContainKeys("graceful-shutdown", "graceful-shutdown-instance");
		assertThat(response.headers().firstValue("Connection")).isEmpty();
		application().awaitInFlight(0);
	}

	@Test
	void responsesInTheLameDuckCarryTheNoticeAndClosedConnectionsFromTheMinimumOn() {
		startOwn(LAME_DUCK_WHILE_IN_FLIGHT);
		Permit other = application().gate().enter("job", "other");
		CompletableFuture<?> drained = application().sequence().drain();
		Awaitility.await().untilAsserted(() -> {
			HttpResponse<String> response = application().get("/hello");
			assertThat(response.statusCode()).isEqualTo(200);
			assertThat(response.headers().firstValue("Graceful-Shutdown")).hasValue("lame-duck");
			assertThatNamesInstance(response);
			assertThat(response.headers().firstValue("Connection")).hasValue("close");
		});
		assertThat(application().get("/throws").headers().firstValue("Graceful-Shutdown")).hasValue("lame-duck");
		assertThat(application().get("/missing").headers().firstValue("Graceful-Shutdown")).hasValue("lame-duck");
		assertThat(application().get("/empty").headers().firstValue("Graceful-Shutdown")).hasValue("lame-duck");
		assertThat(drained).isNotDone();
		other.close();
	}

	@Test
	void theResponseOfARequestThatWasInFlightBeforeCarriesTheNotice() throws Exception {
		CompletableFuture<HttpResponse<String>> inFlight = application().getAsync("/answer");
		application().awaitInFlight(1);
		CompletableFuture<?> drained = application().drainUntilBlocking();
		answer();
		HttpResponse<String> response = inFlight.get(10, TimeUnit.SECONDS);
		assertThat(response.body()).isEqualTo("done");
		assertThat(response.headers().firstValue("Graceful-Shutdown")).hasValue("lame-duck");
		assertThat(response.headers().firstValue("Connection")).hasValue("close");
		drained.get(10, TimeUnit.SECONDS);
	}

	@Test
	void aRefusedRequestIsToldThatItWasNotExecuted() {
		application().drain();
		HttpResponse<String> response = post(BodyPublishers.ofString("x"));
		assertThat(response.statusCode()).isEqualTo(503);
		assertThat(response.headers().firstValue("Graceful-Shutdown")).hasValue("rejected");
		assertThatNamesInstance(response);
		assertThat(response.headers().firstValue("Graceful-Shutdown-Method")).hasValue(response.request().method());
		assertThat(response.headers().firstValue("Retry-After")).hasValue("0");
		assertThat(response.headers().firstValue("Connection")).hasValue("close");
		assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
		assertThat(response.body()).contains("\"status\":503", "was not executed");
		assertThat(executed()).isZero();
		assertThat(application().gate().inFlight()).isZero();
	}

	private void assertThatNamesInstance(HttpResponse<String> response) {
		assertThat(response.headers().allValues("Graceful-Shutdown-Instance"))
			.containsExactly(application().instanceId());
	}

	@Test
	void aRefusedUploadOfTenMegabytesCanReadItsAnswer() {
		application().drain();
		for (int i = 0; i < 5; i++) {
			assertThatIsRefused(BodyPublishers.ofByteArray(new byte[TEN_MEGABYTES]));
			assertThatIsRefused(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(new byte[TEN_MEGABYTES])));
		}
		assertThat(executed()).isZero();
	}

	private void assertThatIsRefused(BodyPublisher body) {
		HttpResponse<String> response = post(body);
		assertThat(response.statusCode()).isEqualTo(503);
		assertThat(response.body()).contains("was not executed");
	}

	@Test
	void aClientThatReadsOnlyWhenItsUploadIsSentCanReadItsAnswer() throws IOException {
		application().drain();
		try (RawConnection connection = connect().post("/count", TEN_MEGABYTES)) {
			connection.send(new byte[TEN_MEGABYTES]);
			assertThat(connection.readToEnd()).startsWith("HTTP/1.1 503").contains("was not executed");
		}
	}

	@Test
	void aRefusedUploadThatStallsHoldsNothingUp() throws Exception {
		application().drain();
		try (RawConnection connection = connect().post("/count", 100_000)) {
			assertThat(new String(connection.readBytes(12), StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 503");
			application().closeAsync().get(15, TimeUnit.SECONDS);
		}
	}

	@Test
	void aResumedInstanceServesAgainWithoutANotice() {
		application().drain();
		assertThat(application().get("/hello").statusCode()).isEqualTo(503);
		application().sequence().resume();
		HttpResponse<String> response = application().get("/hello");
		assertThat(response.statusCode()).isEqualTo(200);
		assertThat(response.headers().firstValue("Graceful-Shutdown")).isEmpty();
	}

	@Test
	void theCloseWaitsForARequestInFlight() throws Exception {
		CompletableFuture<HttpResponse<String>> inFlight = application().getAsync("/answer");
		application().awaitInFlight(1);
		CompletableFuture<Void> closed = application().closeUntilBlocking();
		assertThat(application().get("/hello").statusCode()).isEqualTo(503);
		assertThat(closed).isNotDone();
		answer();
		assertThat(inFlight.get(10, TimeUnit.SECONDS).body()).isEqualTo("done");
		closed.get(10, TimeUnit.SECONDS);
	}

	@Test
	void anUploadThatWasLetInIsReadToItsEnd() throws Exception {
		try (RawConnection connection = connect().post("/count", 6)) {
			application().awaitInFlight(1);
			CompletableFuture<Outcome> drained = application().drainUntilBlocking();
			assertThatIsRefused(BodyPublishers.ofString("too late"));
			assertThat(drained).isNotDone();
			connection.send("upload");
			assertThat(connection.readToEnd()).startsWith("HTTP/1.1 200").contains("counted 6");
			assertThat(drained.get(10, TimeUnit.SECONDS)).isEqualTo(Outcome.CLEAN);
		}
	}

	/** It may be the identifier of a session, and is of no use to one who reads a log. */
	@Test
	void whatIsInFlightIsDescribedWithoutWhatItsClientHasAddedToThePath() throws Exception {
		try (RawConnection connection = connect().get("/answer;jsessionid=SECRET?also=SECRET")) {
			application().awaitInFlight(1);
			assertThat(descriptions()).containsExactly("GET /answer");
			answer();
			assertThat(connection.readStatus()).isEqualTo("200");
		}
	}

	private List<String> descriptions() {
		return application().gate().workInFlight().stream().map(WorkInFlight::description).toList();
	}

	@Test
	void exemptPathsAreNeitherCountedNorRefused() {
		startOwn("graceful.shutdown.exempt-paths=/exempt/**", "server.servlet.context-path=/app",
				"spring.webflux.base-path=/app");
		application().drain();
		HttpResponse<String> response = application().get("/app/exempt/inflight");
		assertThat(response.statusCode()).isEqualTo(200);
		assertThat(response.body()).isEqualTo("0");
		assertThat(application().get("/app/%65xempt/inflight").statusCode()).isEqualTo(200);
		assertThat(application().get("/app/exempt/../hello").statusCode()).isEqualTo(503);
		assertThat(application().get("/app/exempt%2Finflight").statusCode()).isBetween(400, 503);
		assertThat(application().get("/app/hello").statusCode()).isEqualTo(503);
	}

	private HttpResponse<String> post(BodyPublisher body) {
		return application().send("POST", application().port(), "/count", body);
	}

}
