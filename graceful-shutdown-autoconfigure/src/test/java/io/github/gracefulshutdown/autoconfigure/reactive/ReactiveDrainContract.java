package io.github.gracefulshutdown.autoconfigure.reactive;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import io.github.gracefulshutdown.DrainGate;
import io.github.gracefulshutdown.InFlightWork;
import io.github.gracefulshutdown.Outcome;
import io.github.gracefulshutdown.Stage;
import io.github.gracefulshutdown.autoconfigure.EndlessResponses;
import io.github.gracefulshutdown.autoconfigure.WebApplication;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SignalType;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.context.annotation.Bean;
import org.springframework.core.annotation.Order;
import org.springframework.core.io.DefaultResourceLoader;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebExceptionHandler;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the drain of reactive applications, over real connections to a real server.
 */
abstract class ReactiveDrainContract {

	private static final String LONG_LAME_DUCK = "graceful.shutdown.lame-duck.maximum=20s";

	private final FilteredClassLoader libraries;

	private WebApplication application;

	private Controller controller;

	/**
	 * Creates tests on a server.
	 * @param otherServers the packages of the others, which the application lacks
	 */
	ReactiveDrainContract(String... otherServers) {
		this.libraries = new FilteredClassLoader(otherServers);
	}

	@BeforeEach
	void start() {
		start(new String[0]);
	}

	private void start(String... properties) {
		SpringApplication application = new SpringApplication(new DefaultResourceLoader(this.libraries),
				Application.class);
		application.setWebApplicationType(WebApplicationType.REACTIVE);
		this.application = WebApplication.start(application, properties);
		this.controller = this.application.context().getBean(Controller.class);
	}

	private void restart(String... properties) {
		this.application.close();
		start(properties);
	}

	@AfterEach
	void close() {
		this.controller.answer.tryEmitEmpty();
		this.controller.events.tryEmitComplete();
		this.application.close();
	}

	@Test
	void responsesOfAServingInstanceCarryNothing() {
		HttpResponse<String> response = this.application.get("/hello");
		assertThat(response.body()).isEqualTo("hello");
		assertThat(response.headers().firstValue("Graceful-Shutdown")).isEmpty();
		assertThat(response.headers().firstValue("Connection")).isEmpty();
		awaitInFlight(0);
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
	void aConnectionIsClosedAfterTheResponseThatSaysSo() throws Exception {
		restart(LONG_LAME_DUCK, "graceful.shutdown.lame-duck.minimum=0");
		try (Socket socket = connect()) {
			request(socket, "GET /answer HTTP/1.1");
			awaitInFlight(1);
			CompletableFuture<?> drained = this.application.sequence().drain();
			Awaitility.await()
				.until(() -> this.application.sequence().status().waitingFor().toString().contains("quiet"));
			this.controller.answer.tryEmitValue("done");
			assertThat(readAll(socket)).containsIgnoringCase("Connection: close").contains("done");
			assertThat(drained).isNotDone();
		}
	}

	@Test
	void theResponseOfARequestThatWasInFlightBeforeCarriesTheNotice() throws Exception {
		CompletableFuture<HttpResponse<String>> inFlight = this.application.getAsync("/answer");
		awaitInFlight(1);
		CompletableFuture<?> drained = this.application.sequence().drain();
		awaitStage(Stage.BLOCKING);
		this.controller.answer.tryEmitValue("done");
		HttpResponse<String> response = inFlight.get(10, TimeUnit.SECONDS);
		assertThat(response.body()).isEqualTo("done");
		assertThat(response.headers().firstValue("Graceful-Shutdown")).hasValue("lame-duck");
		assertThat(response.headers().firstValue("Connection")).hasValue("close");
		drained.get(10, TimeUnit.SECONDS);
	}

	@Test
	void aRefusedRequestIsToldThatItWasNotExecuted() throws Exception {
		drain();
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
	void aRefusedHeadRequestHasNoBody() throws Exception {
		drain();
		try (Socket socket = connect()) {
			request(socket, "HEAD /hello HTTP/1.1");
			assertThat(readAll(socket)).startsWith("HTTP/1.1 503")
				.contains("Graceful-Shutdown: rejected")
				.endsWith("\r\n\r\n");
		}
	}

	@Test
	void aRefusedUploadCanReadItsAnswer() throws Exception {
		drain();
		for (int i = 0; i < 10; i++) {
			HttpResponse<String> response = this.application.send("POST", this.application.port(), "/count",
					BodyPublishers.ofByteArray(new byte[10 * 1024 * 1024]));
			assertThat(response.statusCode()).isEqualTo(503);
			assertThat(response.body()).contains("was not executed");
		}
		assertThat(this.controller.executed).hasValue(0);
	}

	@Test
	void aClientThatReadsOnlyWhenItsUploadIsSentCanReadItsAnswer() throws Exception {
		drain();
		byte[] upload = new byte[10 * 1024 * 1024];
		try (Socket socket = connect()) {
			request(socket, "POST /count HTTP/1.1", "Content-Length: " + upload.length);
			socket.getOutputStream().write(upload);
			assertThat(readAll(socket)).startsWith("HTTP/1.1 503").contains("was not executed");
		}
	}

	@Test
	void aRefusedUploadThatStallsHoldsNothingUp() throws Exception {
		drain();
		try (Socket socket = connect()) {
			request(socket, "POST /count HTTP/1.1", "Content-Length: 100000");
			byte[] begin = socket.getInputStream().readNBytes(12);
			assertThat(new String(begin, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 503");
			CompletableFuture.runAsync(this.application::close).get(15, TimeUnit.SECONDS);
		}
	}

	@Test
	void aResumedInstanceServesAgainWithoutANotice() throws Exception {
		drain();
		assertThat(this.application.get("/hello").statusCode()).isEqualTo(503);
		this.application.sequence().resume();
		HttpResponse<String> response = this.application.get("/hello");
		assertThat(response.statusCode()).isEqualTo(200);
		assertThat(response.headers().firstValue("Graceful-Shutdown")).isEmpty();
	}

	@Test
	void theCloseWaitsForARequestInFlight() throws Exception {
		CompletableFuture<HttpResponse<String>> inFlight = this.application.getAsync("/answer");
		awaitInFlight(1);
		CompletableFuture<Void> closed = CompletableFuture.runAsync(this.application::close);
		awaitStage(Stage.BLOCKING);
		assertThat(this.application.get("/hello").statusCode()).isEqualTo(503);
		assertThat(closed).isNotDone();
		this.controller.answer.tryEmitValue("done");
		assertThat(inFlight.get(10, TimeUnit.SECONDS).body()).isEqualTo("done");
		closed.get(10, TimeUnit.SECONDS);
	}

	@Test
	void workThatARequestInFlightBeginsOnAnotherThreadIsLetIn() throws Exception {
		CompletableFuture<HttpResponse<String>> inFlight = this.application.getAsync("/work");
		awaitInFlight(1);
		CompletableFuture<?> drained = this.application.sequence().drain();
		awaitStage(Stage.BLOCKING);
		this.controller.answer.tryEmitEmpty();
		assertThat(inFlight.get(10, TimeUnit.SECONDS).body()).isEqualTo("worked");
		drained.get(10, TimeUnit.SECONDS);
	}

	@Test
	void aUploadThatWasAcceptedBeforeTheBlockFinishes() throws Exception {
		try (Socket socket = connect()) {
			request(socket, "POST /count HTTP/1.1", "Content-Length: 6", "Connection: close");
			awaitInFlight(1);
			CompletableFuture<?> drained = this.application.sequence().drain();
			awaitStage(Stage.BLOCKING);
			assertThat(drained).isNotDone();
			socket.getOutputStream().write("upload".getBytes(StandardCharsets.US_ASCII));
			assertThat(readAll(socket)).startsWith("HTTP/1.1 200").contains("counted 6");
			drained.get(10, TimeUnit.SECONDS);
		}
	}

	@Test
	void aBodyCountsToItsEndAndIsNotCut() throws Exception {
		CompletableFuture<HttpResponse<String>> rows = this.application.getAsync("/rows");
		awaitListener();
		this.controller.events.tryEmitNext("first ");
		CompletableFuture<?> drained = this.application.sequence().drain();
		awaitStage(Stage.BLOCKING);
		this.controller.events.tryEmitNext("last");
		assertThat(drained).isNotDone();
		this.controller.events.tryEmitComplete();
		assertThat(rows.get(10, TimeUnit.SECONDS).body()).isEqualTo("first last");
		drained.get(10, TimeUnit.SECONDS);
	}

	@Test
	void aHandlerThatThrowsCountsOnceUntilItsErrorIsAnswered() {
		assertThat(this.application.get("/throws").statusCode()).isEqualTo(500);
		assertThat(this.controller.inFlightAtError).hasValue(1);
		awaitInFlight(0);
	}

	@Test
	void aResponseThatFailsInTheMiddleCountsOnce() throws Exception {
		try (Socket socket = connect()) {
			request(socket, "GET /rows HTTP/1.1");
			awaitListener();
			this.controller.events.tryEmitNext("first ");
			this.controller.events.tryEmitError(new IllegalStateException("in the middle"));
			awaitInFlight(0);
		}
	}

	@Test
	void aRequestWhoseClientGoesAwayCountsOnceAndIsCancelled() throws IOException {
		try (Socket socket = connect()) {
			request(socket, "GET /ticks HTTP/1.1");
			assertThat(socket.getInputStream().read()).isEqualTo('H');
			awaitInFlight(1);
		}
		awaitInFlight(0);
		Awaitility.await().until(() -> this.controller.cancelled.getCount() == 0);
	}

	@Test
	void anEventStreamEndsPolitelyWhenTheDrainBegins() throws Exception {
		CompletableFuture<HttpResponse<String>> events = this.application.getAsync("/events");
		awaitListener();
		this.controller.events.tryEmitNext("one");
		Outcome outcome = this.application.sequence().drain().get(9, TimeUnit.SECONDS);
		assertThat(outcome).isEqualTo(Outcome.CLEAN);
		assertThat(events.get(10, TimeUnit.SECONDS).body()).isEqualTo("data:one\n\n: the server is going away\n");
		assertThat(this.controller.cancelled.getCount()).isZero();
	}

	@Test
	void anEventStreamThatEndsByItselfSaysNothing() throws Exception {
		CompletableFuture<HttpResponse<String>> events = this.application.getAsync("/events");
		awaitListener();
		this.controller.events.tryEmitNext("one");
		this.controller.events.tryEmitComplete();
		assertThat(events.get(10, TimeUnit.SECONDS).body()).isEqualTo("data:one\n\n");
	}

	@Test
	void aCommentNeverCompletesAnEventThatWasBegun() throws Exception {
		CompletableFuture<HttpResponse<String>> events = this.application.getAsync("/raw-events");
		awaitListener();
		this.controller.events.tryEmitNext("data: half an ev");
		drain();
		assertThat(events.get(10, TimeUnit.SECONDS).body()).isEqualTo("data: half an ev");
	}

	@Test
	void aStreamOfJsonEndsAfterAWholeLine() throws Exception {
		CompletableFuture<HttpResponse<String>> lines = this.application.getAsync("/json-lines");
		awaitListener();
		this.controller.events.tryEmitNext("one");
		drain();
		assertThat(lines.get(10, TimeUnit.SECONDS).body()).isEqualTo("{\"name\":\"one\"}\n");
	}

	@Test
	void aStreamThatBeginsAfterTheDrainEndsAtOnce() throws Exception {
		CompletableFuture<HttpResponse<String>> events = this.application.getAsync("/late-events");
		awaitInFlight(1);
		CompletableFuture<Outcome> drained = this.application.sequence().drain();
		awaitStage(Stage.BLOCKING);
		this.controller.answer.tryEmitEmpty();
		assertThat(events.get(10, TimeUnit.SECONDS).body()).isEqualTo(": the server is going away\n");
		assertThat(drained.get(9, TimeUnit.SECONDS)).isEqualTo(Outcome.CLEAN);
	}

	@Test
	void aStreamIsRecognisedByItsDecodedPathWithinTheApplication() throws Exception {
		restart("spring.webflux.base-path=/app");
		CompletableFuture<HttpResponse<String>> rows = this.application.getAsync("/app/r%6Fws/of%20one");
		awaitListener();
		this.controller.events.tryEmitNext("one");
		drain();
		assertThat(rows.get(10, TimeUnit.SECONDS).body()).isEqualTo("one");
	}

	@Test
	void aStreamIsWaitedForWhenThatIsThePolicy() throws Exception {
		restart("graceful.shutdown.streams.policy=await");
		CompletableFuture<HttpResponse<String>> events = this.application.getAsync("/events");
		awaitListener();
		CompletableFuture<Outcome> drained = this.application.sequence().drain();
		awaitStage(Stage.BLOCKING);
		this.controller.events.tryEmitNext("one");
		assertThat(drained).isNotDone();
		this.controller.events.tryEmitComplete();
		assertThat(events.get(10, TimeUnit.SECONDS).body()).isEqualTo("data:one\n\n");
		assertThat(drained.get(9, TimeUnit.SECONDS)).isEqualTo(Outcome.CLEAN);
	}

	@Test
	void aStreamIsNotCountedWhenThatIsThePolicy() throws Exception {
		restart("graceful.shutdown.streams.policy=ignore");
		try (Socket socket = connect()) {
			request(socket, "GET /events HTTP/1.1");
			awaitListener();
			awaitInFlight(0);
		}
	}

	@Test
	void overHttp2CallersAreToldWithoutAHeaderOfTheConnection() throws Exception {
		restart("server.http2.enabled=true");
		HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
		client.send(request("/hello"), BodyHandlers.ofString()); // upgrades the
																	// connection
		CompletableFuture<HttpResponse<String>> inFlight = client.sendAsync(request("/answer"),
				BodyHandlers.ofString());
		awaitInFlight(1);
		CompletableFuture<Outcome> drained = this.application.sequence().drain();
		awaitStage(Stage.BLOCKING);
		HttpResponse<String> refused = client.send(request("/hello"), BodyHandlers.ofString());
		assertThat(refused.statusCode()).isEqualTo(503);
		assertThat(refused.headers().firstValue("Graceful-Shutdown")).hasValue("rejected");
		this.controller.answer.tryEmitValue("done");
		HttpResponse<String> response = inFlight.get(10, TimeUnit.SECONDS);
		assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
		assertThat(response.body()).isEqualTo("done");
		assertThat(response.headers().firstValue("Graceful-Shutdown")).hasValue("lame-duck");
		assertThat(response.headers().firstValue("Connection")).isEmpty();
		assertThat(drained.get(9, TimeUnit.SECONDS)).isEqualTo(Outcome.CLEAN);
	}

	@Test
	void exemptPathsAreNeitherCountedNorRefused() throws Exception {
		restart("graceful.shutdown.exempt-paths=/exempt/**", "spring.webflux.base-path=/app");
		drain();
		HttpResponse<String> response = this.application.get("/app/exempt/inflight");
		assertThat(response.statusCode()).isEqualTo(200);
		assertThat(response.body()).isEqualTo("0");
		assertThat(this.application.get("/app/%65xempt/inflight").statusCode()).isEqualTo(200);
		assertThat(this.application.get("/app/exempt/../hello").statusCode()).isEqualTo(503);
		assertThat(this.application.get("/app/exempt%2Finflight").statusCode()).isBetween(400, 503);
		assertThat(this.application.get("/app/hello").statusCode()).isEqualTo(503);
	}

	private void drain() throws Exception {
		this.application.sequence().drain().get(10, TimeUnit.SECONDS);
	}

	private Socket connect() throws IOException {
		Socket socket = new Socket("localhost", this.application.port());
		socket.setSoTimeout(15_000);
		return socket;
	}

	private HttpRequest request(String path) {
		return HttpRequest.newBuilder(URI.create("http://localhost:" + this.application.port() + path))
			.timeout(Duration.ofSeconds(20))
			.build();
	}

	private static void request(Socket socket, String line, String... headers) throws IOException {
		String head = line + "\r\nHost: localhost\r\n" + String.join("\r\n", headers)
				+ ((headers.length > 0) ? "\r\n\r\n" : "\r\n");
		socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
	}

	/** Reads until the server closes the connection, which is no reset. */
	private static String readAll(Socket socket) throws IOException {
		InputStream input = socket.getInputStream();
		return new String(input.readAllBytes(), StandardCharsets.UTF_8);
	}

	private void awaitInFlight(long expected) {
		Awaitility.await().until(() -> this.application.gate().inFlight() == expected);
	}

	private void awaitListener() {
		Awaitility.await().until(() -> this.controller.events.currentSubscriberCount() == 1);
	}

	private void awaitStage(Stage expected) {
		Awaitility.await().until(() -> this.application.sequence().stage() == expected);
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Worker worker() {
			return new Worker();
		}

		@Bean
		Controller controller(DrainGate gate, Worker worker) {
			return new Controller(gate, worker);
		}

		@Bean
		EndlessResponses endlessRows() {
			return (path, contentType) -> path.equals("/rows/of one");
		}

		@Bean
		@Order(-10) // before the one that answers, which takes its time then
		WebExceptionHandler recordingExceptionHandler(DrainGate gate, Controller controller) {
			return (exchange, ex) -> Mono.delay(Duration.ofMillis(100))
				.doOnNext((tick) -> controller.inFlightAtError.set(gate.inFlight()))
				.then(Mono.error(ex));
		}

	}

	record Name(String name) {
	}

	/** Public for its proxy, which another class loader defines. */
	public static class Worker {

		@InFlightWork("work")
		public Mono<String> work() {
			return Mono.just("worked");
		}

	}

	@RestController
	static class Controller {

		private final DrainGate gate;

		private final Worker worker;

		private final Sinks.One<String> answer = Sinks.one();

		private final Sinks.Many<String> events = Sinks.many().multicast().directBestEffort();

		private final CountDownLatch cancelled = new CountDownLatch(1);

		private final AtomicInteger executed = new AtomicInteger();

		private final AtomicLong inFlightAtError = new AtomicLong();

		Controller(DrainGate gate, Worker worker) {
			this.gate = gate;
			this.worker = worker;
		}

		@GetMapping("/hello")
		String hello() {
			return "hello";
		}

		@GetMapping("/answer")
		Mono<String> answer() {
			return this.answer.asMono();
		}

		@GetMapping("/work")
		Mono<String> work() {
			return this.answer.asMono().publishOn(Schedulers.boundedElastic()).then(this.worker.work());
		}

		@GetMapping("/empty")
		Mono<Void> empty() {
			return Mono.empty();
		}

		@GetMapping("/throws")
		Mono<String> fail() {
			return Mono.error(new IllegalStateException("handler broken"));
		}

		@PostMapping("/count")
		String count(@RequestBody byte[] body) {
			this.executed.incrementAndGet();
			return "counted " + body.length;
		}

		@GetMapping(path = { "/rows", "/rows/of one" }, produces = MediaType.TEXT_PLAIN_VALUE)
		Flux<String> rows() {
			return this.events.asFlux();
		}

		@GetMapping(path = "/ticks", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
		Flux<Long> ticks() {
			return Flux.interval(Duration.ofMillis(20)).doFinally(this::ended);
		}

		@GetMapping(path = "/events", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
		Flux<String> events() {
			return this.events.asFlux().doFinally(this::ended);
		}

		@GetMapping(path = "/raw-events", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
		Mono<Void> rawEvents(ServerWebExchange exchange) {
			var response = exchange.getResponse();
			response.getHeaders().setContentType(MediaType.TEXT_EVENT_STREAM);
			return response.writeAndFlushWith(this.events.asFlux()
				.map((text) -> Mono.just(response.bufferFactory().wrap(text.getBytes(StandardCharsets.UTF_8)))));
		}

		@GetMapping(path = "/json-lines", produces = MediaType.APPLICATION_NDJSON_VALUE)
		Flux<Name> jsonLines() {
			return this.events.asFlux().map(Name::new);
		}

		@GetMapping(path = "/late-events", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
		Mono<ResponseEntity<Flux<String>>> lateEvents() {
			return this.answer.asMono().thenReturn(ResponseEntity.ok(this.events.asFlux()));
		}

		@GetMapping("/exempt/inflight")
		String inflight() {
			return Long.toString(this.gate.inFlight());
		}

		private void ended(SignalType signal) {
			if (signal == SignalType.CANCEL) {
				this.cancelled.countDown();
			}
		}

	}

}
