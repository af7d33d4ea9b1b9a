package io.github.gracefulshutdown.autoconfigure.reactive;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
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
import io.github.gracefulshutdown.Permit;
import io.github.gracefulshutdown.autoconfigure.EndlessResponses;
import io.github.gracefulshutdown.autoconfigure.HttpDrainContract;
import io.github.gracefulshutdown.autoconfigure.RawConnection;
import io.github.gracefulshutdown.autoconfigure.WebApplication;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SignalType;
import reactor.core.publisher.Sinks;
import reactor.core.publisher.Sinks.EmitResult;
import reactor.core.scheduler.Schedulers;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.core.annotation.Order;
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
abstract class ReactiveDrainContract extends HttpDrainContract {

	private final String[] otherServers;

	/**
	 * Creates tests on a server.
	 * @param otherServers the packages of the others, which the application lacks
	 */
	ReactiveDrainContract(String... otherServers) {
		this.otherServers = otherServers;
	}

	@Override
	protected final WebApplication newApplication(String... properties) {
		return WebApplication.start(WebApplication.reactive(Application.class, this.otherServers), properties);
	}

	private Controller controller() {
		return application().context().getBean(Controller.class);
	}

	@BeforeEach
	void reset() {
		controller().reset();
	}

	@Override
	protected final void answer() {
		controller().answer.tryEmitValue("done");
	}

	@Override
	protected final int executed() {
		return controller().executed.get();
	}

	@AfterEach
	void endEvents() {
		if (application().context().isActive()) {
			controller().events.tryEmitComplete();
		}
	}

	@Test
	void aConnectionIsClosedAfterTheResponseThatSaysSo() throws Exception {
		startOwn(LAME_DUCK_WHILE_IN_FLIGHT);
		try (RawConnection connection = connect().get("/answer")) {
			application().awaitInFlight(1);
			Permit other = application().gate().enter("job", "other");
			CompletableFuture<?> drained = application().sequence().drain();
			Awaitility.await().until(() -> application().sequence().status().waitingFor().toString().contains("quiet"));
			answer();
			assertThat(connection.readToEnd()).containsIgnoringCase("Connection: close").contains("done");
			assertThat(drained).isNotDone();
			other.close();
		}
	}

	@Test
	void aRefusedHeadRequestHasNoBody() throws Exception {
		application().drain();
		try (RawConnection connection = connect().send("HEAD /hello HTTP/1.1\r\nHost: localhost\r\n\r\n")) {
			assertThat(connection.readToEnd()).startsWith("HTTP/1.1 503")
				.contains("Graceful-Shutdown: rejected")
				.endsWith("\r\n\r\n");
		}
	}

	@Test
	void workThatARequestInFlightBeginsOnAnotherThreadIsLetIn() throws Exception {
		CompletableFuture<HttpResponse<String>> inFlight = application().getAsync("/work");
		application().awaitInFlight(1);
		CompletableFuture<?> drained = application().drainUntilBlocking();
		controller().answer.tryEmitEmpty();
		assertThat(inFlight.get(10, TimeUnit.SECONDS).body()).isEqualTo("worked");
		drained.get(10, TimeUnit.SECONDS);
	}

	@Test
	void aBodyCountsToItsEndAndIsNotCut() throws Exception {
		CompletableFuture<HttpResponse<String>> rows = application().getAsync("/rows");
		emit("first ");
		CompletableFuture<?> drained = application().drainUntilBlocking();
		emit("last");
		assertThat(drained).isNotDone();
		controller().events.tryEmitComplete();
		assertThat(rows.get(10, TimeUnit.SECONDS).body()).isEqualTo("first last");
		drained.get(10, TimeUnit.SECONDS);
	}

	@Test
	void aHandlerThatThrowsCountsOnceUntilItsErrorIsAnswered() {
		assertThat(application().get("/throws").statusCode()).isEqualTo(500);
		assertThat(controller().inFlightAtError).hasValue(1);
		application().awaitInFlight(0);
	}

	@Test
	void aResponseThatFailsInTheMiddleCountsOnce() throws Exception {
		try (RawConnection connection = connect().get("/rows")) {
			emit("first ");
			controller().events.tryEmitError(new IllegalStateException("in the middle"));
			application().awaitInFlight(0);
		}
	}

	@Test
	void aRequestWhoseClientGoesAwayCountsOnceAndIsCancelled() throws Exception {
		try (RawConnection connection = connect().get("/ticks")) {
			assertThat(connection.readHead()).startsWith("HTTP/1.1 200");
			application().awaitInFlight(1);
		}
		application().awaitInFlight(0);
		assertThat(controller().cancelled.await(10, TimeUnit.SECONDS)).isTrue();
	}

	@Test
	void anEventStreamEndsPolitelyWhenTheDrainBegins() throws Exception {
		CompletableFuture<HttpResponse<String>> events = application().getAsync("/events");
		emit("one");
		Outcome outcome = application().sequence().drain().get(9, TimeUnit.SECONDS);
		assertThat(outcome).isEqualTo(Outcome.CLEAN);
		assertThat(events.get(10, TimeUnit.SECONDS).body()).isEqualTo("data:one\n\n: the server is going away\n");
		assertThat(controller().cancelled.await(10, TimeUnit.SECONDS)).isTrue();
	}

	@Test
	void anEventStreamThatEndsByItselfSaysNothing() throws Exception {
		CompletableFuture<HttpResponse<String>> events = application().getAsync("/events");
		emit("one");
		controller().events.tryEmitComplete();
		assertThat(events.get(10, TimeUnit.SECONDS).body()).isEqualTo("data:one\n\n");
	}

	@Test
	void aCommentNeverCompletesAnEventThatWasBegun() throws Exception {
		CompletableFuture<HttpResponse<String>> events = application().getAsync("/raw-events");
		emit("data: half an ev");
		application().drain();
		assertThat(events.get(10, TimeUnit.SECONDS).body()).isEqualTo("data: half an ev");
	}

	@Test
	void aStreamOfJsonEndsAfterAWholeLine() throws Exception {
		CompletableFuture<HttpResponse<String>> lines = application().getAsync("/json-lines");
		emit("one");
		application().drain();
		assertThat(lines.get(10, TimeUnit.SECONDS).body()).isEqualTo("{\"name\":\"one\"}\n");
	}

	@Test
	void aStreamThatBeginsAfterTheDrainEndsAtOnce() throws Exception {
		CompletableFuture<HttpResponse<String>> events = application().getAsync("/late-events");
		application().awaitInFlight(1);
		CompletableFuture<Outcome> drained = application().drainUntilBlocking();
		answer();
		assertThat(events.get(10, TimeUnit.SECONDS).body()).isEqualTo(": the server is going away\n");
		assertThat(drained.get(9, TimeUnit.SECONDS)).isEqualTo(Outcome.CLEAN);
	}

	@Test
	void aStreamIsRecognisedByItsDecodedPathWithinTheApplication() throws Exception {
		startOwn("spring.webflux.base-path=/app");
		CompletableFuture<HttpResponse<String>> rows = application().getAsync("/app/r%6Fws/of%20one");
		emit("one");
		application().drain();
		assertThat(rows.get(10, TimeUnit.SECONDS).body()).isEqualTo("one");
	}

	@Test
	void aStreamIsWaitedForWhenThatIsThePolicy() throws Exception {
		startOwn("graceful.shutdown.streams.policy=await");
		CompletableFuture<HttpResponse<String>> events = application().getAsync("/events");
		awaitListener();
		CompletableFuture<Outcome> drained = application().drainUntilBlocking();
		emit("one");
		assertThat(drained).isNotDone();
		controller().events.tryEmitComplete();
		assertThat(events.get(10, TimeUnit.SECONDS).body()).isEqualTo("data:one\n\n");
		assertThat(drained.get(9, TimeUnit.SECONDS)).isEqualTo(Outcome.CLEAN);
	}

	@Test
	void aStreamIsNotCountedWhenThatIsThePolicy() throws Exception {
		startOwn("graceful.shutdown.streams.policy=ignore");
		try (RawConnection connection = connect().get("/events")) {
			awaitListener();
			application().awaitInFlight(0);
		}
	}

	@Test
	void overHttp2CallersAreToldWithoutAHeaderOfTheConnection() throws Exception {
		startOwn("server.http2.enabled=true");
		HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
		client.send(request("/hello"), BodyHandlers.ofString()); // upgrades the
																	// connection
		application().awaitInFlight(0);
		CompletableFuture<HttpResponse<String>> inFlight = client.sendAsync(request("/answer"),
				BodyHandlers.ofString());
		application().awaitInFlight(1);
		CompletableFuture<Outcome> drained = application().drainUntilBlocking();
		HttpResponse<String> refused = client.send(request("/hello"), BodyHandlers.ofString());
		assertThat(refused.statusCode()).isEqualTo(503);
		assertThat(refused.headers().firstValue("Graceful-Shutdown")).hasValue("rejected");
		answer();
		HttpResponse<String> response = inFlight.get(10, TimeUnit.SECONDS);
		assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
		assertThat(response.body()).isEqualTo("done");
		assertThat(response.headers().firstValue("Graceful-Shutdown")).hasValue("lame-duck");
		assertThat(response.headers().firstValue("Connection")).isEmpty();
		assertThat(drained.get(9, TimeUnit.SECONDS)).isEqualTo(Outcome.CLEAN);
	}

	private HttpRequest request(String path) {
		return HttpRequest.newBuilder(URI.create("http://localhost:" + application().port() + path))
			.timeout(Duration.ofSeconds(20))
			.build();
	}

	/** Emits the text when it is asked for, and so to somebody. */
	private void emit(String text) {
		Awaitility.await().until(() -> controller().events.tryEmitNext(text) == EmitResult.OK);
	}

	private void awaitListener() {
		Awaitility.await().until(() -> controller().events.currentSubscriberCount() == 1);
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

		private volatile Sinks.One<String> answer = Sinks.one();

		private volatile Sinks.Many<String> events = Sinks.many().multicast().directBestEffort();

		private volatile CountDownLatch cancelled = new CountDownLatch(1);

		private final AtomicInteger executed = new AtomicInteger();

		private final AtomicLong inFlightAtError = new AtomicLong();

		Controller(DrainGate gate, Worker worker) {
			this.gate = gate;
			this.worker = worker;
		}

		private void reset() {
			this.answer = Sinks.one();
			this.events = Sinks.many().multicast().directBestEffort();
			this.cancelled = new CountDownLatch(1);
			this.executed.set(0);
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
			return Flux.interval(Duration.ofMillis(20)).onBackpressureDrop().doFinally(this::ended);
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
