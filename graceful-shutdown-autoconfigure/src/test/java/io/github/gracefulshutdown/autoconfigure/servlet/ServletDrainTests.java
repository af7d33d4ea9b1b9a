package io.github.gracefulshutdown.autoconfigure.servlet;

import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import io.github.gracefulshutdown.DrainGate;
import io.github.gracefulshutdown.Permit;
import io.github.gracefulshutdown.Stage;
import io.github.gracefulshutdown.autoconfigure.WebApplication;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.context.request.async.WebAsyncTask;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for the drain of servlet requests, over real connections to a real Tomcat. */
class ServletDrainTests {

	private static final String LONG_LAME_DUCK = "graceful.shutdown.lame-duck.maximum=20s";

	private WebApplication application = WebApplication.start(Application.class);

	private Controller controller = this.application.context().getBean(Controller.class);

	@AfterEach
	void close() {
		this.controller.admit.countDown();
		this.application.close();
	}

	private void restart(String... properties) {
		this.application.close();
		this.application = WebApplication.start(Application.class, properties);
		this.controller = this.application.context().getBean(Controller.class);
	}

	@Test
	void responsesOfAServingInstanceCarryNothing() {
		HttpResponse<String> response = this.application.get("/hello");
		assertThat(response.body()).isEqualTo("hello");
		assertThat(response.headers().firstValue("Graceful-Shutdown")).isEmpty();
		assertThat(response.headers().firstValue("Connection")).isEmpty();
	}

	@Test
	void theMarkerOfAnotherInstanceIsNotPassedOn() {
		HttpResponse<String> response = this.application.get("/gateway");
		assertThat(response.statusCode()).isEqualTo(503);
		assertThat(response.headers().firstValue("Graceful-Shutdown")).isEmpty();
		restart(LONG_LAME_DUCK);
		try (Permit permit = Objects.requireNonNull(this.application.gate().tryEnter("job", "other"))) {
			assertThat(this.application.sequence().drain()).isNotDone();
			assertThat(this.application.get("/gateway").headers().allValues("Graceful-Shutdown"))
				.containsExactly("lame-duck");
		}
	}

	@Test
	void responsesInTheLameDuckCarryTheNoticeAndClosedConnectionsFromTheMinimumOn() {
		restart(LONG_LAME_DUCK, "graceful.shutdown.lame-duck.minimum=0");
		this.application.get("/hello");
		CompletableFuture<?> drained = this.application.sequence().drain();
		Awaitility.await().untilAsserted(() -> {
			HttpResponse<String> response = this.application.get("/hello");
			assertThat(response.statusCode()).isEqualTo(200);
			assertThat(response.headers().firstValue("Graceful-Shutdown")).hasValue("lame-duck");
			assertThat(response.headers().firstValue("Connection")).hasValue("close");
		});
		assertThat(this.application.get("/throws").headers().firstValue("Graceful-Shutdown")).hasValue("lame-duck");
		assertThat(this.application.get("/missing").headers().firstValue("Graceful-Shutdown")).hasValue("lame-duck");
		assertThat(this.application.get("/empty").headers().firstValue("Graceful-Shutdown")).hasValue("lame-duck");
		assertThat(drained).isNotDone();
	}

	@Test
	void theResponseOfARequestThatWasInFlightBeforeCarriesTheNotice() throws Exception {
		CompletableFuture<HttpResponse<String>> inFlight = this.application.getAsync("/blocking");
		awaitInFlight(1);
		CompletableFuture<?> drained = this.application.sequence().drain();
		Awaitility.await().until(() -> this.application.sequence().stage() == Stage.BLOCKING);
		this.controller.admit.countDown();
		HttpResponse<String> response = inFlight.get(10, TimeUnit.SECONDS);
		assertThat(response.body()).isEqualTo("done");
		assertThat(response.headers().firstValue("Graceful-Shutdown")).hasValue("lame-duck");
		assertThat(response.headers().firstValue("Connection")).hasValue("close");
		drained.get(10, TimeUnit.SECONDS);
	}

	@Test
	void aRefusedRequestIsToldThatItWasNotExecuted() throws Exception {
		this.application.sequence().drain().get(10, TimeUnit.SECONDS);
		HttpResponse<String> response = this.application.send("POST", this.application.port(), "/count",
				BodyPublishers.ofString("x"));
		assertThat(response.statusCode()).isEqualTo(503);
		assertThat(response.headers().firstValue("Graceful-Shutdown")).hasValue("rejected");
		assertThat(response.headers().firstValue("Retry-After")).hasValue("0");
		assertThat(response.headers().firstValue("Connection")).hasValue("close");
		assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
		assertThat(response.body()).contains("\"status\":503", "was not executed");
		assertThat(this.controller.executed).hasValue(0);
		assertThat(this.application.gate().inFlight()).isZero();
	}

	@Test
	void aRefusedUploadCanReadItsAnswer() throws Exception {
		this.application.sequence().drain().get(10, TimeUnit.SECONDS);
		for (int i = 0; i < 20; i++) {
			HttpResponse<String> response = this.application.send("POST", this.application.port(), "/count",
					BodyPublishers.ofByteArray(new byte[4 * 1024 * 1024]));
			assertThat(response.statusCode()).isEqualTo(503);
			assertThat(response.body()).contains("was not executed");
		}
	}

	@Test
	void aRefusedUploadThatStallsHoldsNothingUp() throws Exception {
		this.application.sequence().drain().get(10, TimeUnit.SECONDS);
		try (Socket socket = new Socket("localhost", this.application.port())) {
			socket.getOutputStream()
				.write("POST /count HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\nabc"
					.getBytes(StandardCharsets.US_ASCII));
			byte[] begin = socket.getInputStream().readNBytes(12);
			assertThat(new String(begin, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 503");
			CompletableFuture.runAsync(this.application::close).get(15, TimeUnit.SECONDS);
		}
	}

	@Test
	void aResumedInstanceServesAgainWithoutANotice() throws Exception {
		this.application.sequence().drain().get(10, TimeUnit.SECONDS);
		assertThat(this.application.get("/hello").statusCode()).isEqualTo(503);
		this.application.sequence().resume();
		HttpResponse<String> response = this.application.get("/hello");
		assertThat(response.statusCode()).isEqualTo(200);
		assertThat(response.headers().firstValue("Graceful-Shutdown")).isEmpty();
	}

	@Test
	void theCloseWaitsForARequestInFlight() throws Exception {
		CompletableFuture<HttpResponse<String>> inFlight = this.application.getAsync("/blocking");
		awaitInFlight(1);
		CompletableFuture<Void> closed = CompletableFuture.runAsync(this.application::close);
		Awaitility.await().until(() -> this.application.sequence().stage() == Stage.BLOCKING);
		assertThat(this.application.get("/hello").statusCode()).isEqualTo(503);
		assertThat(closed).isNotDone();
		this.controller.admit.countDown();
		assertThat(inFlight.get(10, TimeUnit.SECONDS).body()).isEqualTo("done");
		closed.get(10, TimeUnit.SECONDS);
	}

	@Test
	void asynchronousRequestsCountUntilTheirResultIsSent() throws Exception {
		CompletableFuture<HttpResponse<String>> deferred = this.application.getAsync("/deferred");
		CompletableFuture<HttpResponse<String>> callable = this.application.getAsync("/callable");
		awaitInFlight(2);
		CompletableFuture<?> drained = this.application.sequence().drain();
		Awaitility.await().until(() -> this.application.sequence().stage() == Stage.BLOCKING);
		this.controller.deferred.setResult("deferred");
		assertThat(deferred.get(10, TimeUnit.SECONDS).body()).isEqualTo("deferred");
		awaitInFlight(1);
		assertThat(drained).isNotDone();
		this.controller.admit.countDown();
		assertThat(callable.get(10, TimeUnit.SECONDS).body()).isEqualTo("done");
		drained.get(10, TimeUnit.SECONDS);
	}

	@Test
	void anAsynchronousRequestThatTimesOutCountsOnce() throws Exception {
		CompletableFuture<HttpResponse<String>> timesOut = this.application.getAsync("/timeout");
		awaitInFlight(1);
		assertThat(timesOut.get(10, TimeUnit.SECONDS).statusCode()).isBetween(500, 503);
		awaitInFlight(0);
	}

	@Test
	void anAsynchronousRequestThatFailsCountsOnce() throws Exception {
		CompletableFuture<HttpResponse<String>> fails = this.application.getAsync("/deferred");
		awaitInFlight(1);
		this.controller.deferred.setErrorResult(new IllegalStateException("failed"));
		assertThat(fails.get(10, TimeUnit.SECONDS).statusCode()).isEqualTo(500);
		awaitInFlight(0);
	}

	@Test
	void aHandlerThatThrowsCountsOnce() {
		assertThat(this.application.get("/throws").statusCode()).isEqualTo(500);
		assertThat(this.controller.inFlightSeen).hasValue(1);
		awaitInFlight(0);
	}

	@Test
	void aHandlerThatThrowsAfterItHasStartedAsynchronousWorkCountsOnce() {
		assertThat(this.application.get("/async-throws").statusCode()).isEqualTo(500);
		assertThat(this.controller.inFlightSeen).hasValue(1);
		awaitInFlight(0);
	}

	@Test
	void aRequestWhoseClientGoesAwayCountsUntilItsHandlerHasEnded() throws IOException {
		try (Socket socket = new Socket("localhost", this.application.port())) {
			socket.getOutputStream()
				.write("GET /blocking HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
			awaitInFlight(1);
		}
		assertThat(this.application.gate().inFlight()).isOne();
		this.controller.admit.countDown();
		awaitInFlight(0);
	}

	@Test
	void exemptPathsAreNeitherCountedNorRefused() throws Exception {
		restart("graceful.shutdown.exempt-paths=/exempt/**", "server.servlet.context-path=/app");
		this.application.sequence().drain().get(10, TimeUnit.SECONDS);
		HttpResponse<String> response = this.application.get("/app/exempt/inflight");
		assertThat(response.statusCode()).isEqualTo(200);
		assertThat(response.body()).isEqualTo("0");
		assertThat(this.application.get("/app/exempt/../hello").statusCode()).isEqualTo(503);
		assertThat(this.application.get("/app/hello").statusCode()).isEqualTo(503);
	}

	private void awaitInFlight(long expected) {
		Awaitility.await().until(() -> this.application.gate().inFlight() == expected);
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Controller controller(DrainGate gate) {
			return new Controller(gate);
		}

	}

	@RestController
	static class Controller {

		private final DrainGate gate;

		private final CountDownLatch admit = new CountDownLatch(1);

		private final DeferredResult<String> deferred = new DeferredResult<>();

		private final AtomicInteger executed = new AtomicInteger();

		private final AtomicLong inFlightSeen = new AtomicLong();

		Controller(DrainGate gate) {
			this.gate = gate;
		}

		@GetMapping("/hello")
		String hello() {
			return "hello";
		}

		@GetMapping("/blocking")
		String blocking() throws InterruptedException {
			this.admit.await();
			return "done";
		}

		@GetMapping("/callable")
		Callable<String> callable() {
			return this::blocking;
		}

		@GetMapping("/deferred")
		DeferredResult<String> deferred() {
			return this.deferred;
		}

		@GetMapping("/timeout")
		WebAsyncTask<String> timeout() {
			return new WebAsyncTask<>(1_000, this::blocking);
		}

		@GetMapping("/gateway")
		ResponseEntity<String> gateway() {
			return ResponseEntity.status(503).header("graceful-shutdown", "rejected").body("as it was received");
		}

		@GetMapping("/empty")
		void empty() {
		}

		@GetMapping("/async-throws")
		void startAndFail(HttpServletRequest request) {
			request.startAsync();
			fail();
		}

		@GetMapping("/throws")
		String fail() {
			this.inFlightSeen.set(this.gate.inFlight());
			throw new IllegalStateException("handler broken");
		}

		@PostMapping("/count")
		String count(@RequestBody byte[] body) {
			this.executed.incrementAndGet();
			return "counted " + body.length;
		}

		@GetMapping("/exempt/inflight")
		void inflight(HttpServletRequest request, HttpServletResponse response) throws IOException {
			response.getWriter().print(this.gate.inFlight());
		}

	}

}
