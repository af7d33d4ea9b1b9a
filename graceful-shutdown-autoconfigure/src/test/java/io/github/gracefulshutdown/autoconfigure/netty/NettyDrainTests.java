package io.github.gracefulshutdown.autoconfigure.netty;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.github.gracefulshutdown.Outcome;
import io.github.gracefulshutdown.Stage;
import io.github.gracefulshutdown.autoconfigure.Background;
import io.github.gracefulshutdown.autoconfigure.RawConnection;
import io.github.gracefulshutdown.autoconfigure.RequestIntake;
import io.github.gracefulshutdown.autoconfigure.WebApplication;
import org.assertj.core.api.Assumptions;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for what Reactor Netty has received and not handed over when the drain begins.
 * Losses are shown by a twin that does without the intake.
 */
class NettyDrainTests {

	private static final String WITHOUT_INTAKE = "spring.autoconfigure.exclude="
			+ NettyDrainAutoConfiguration.class.getName();

	private static final String REST_OF_HEAD = "TP/1.1\r\nHost: localhost\r\n\r\n";

	// Two seconds, and what a busy machine needs for the rest of a stop; the time of the
	// drain is ten seconds.
	private static final Duration LITTLE_MORE = Duration.ofSeconds(6);

	private final List<RawConnection> connections = new CopyOnWriteArrayList<>();

	private final ScheduledExecutorService hostile = Executors.newSingleThreadScheduledExecutor();

	@SuppressWarnings("NullAway.Init")
	private WebApplication application;

	@SuppressWarnings("NullAway.Init")
	private Controller controller;

	private void start(String... properties) {
		this.application = WebApplication
			.start(WebApplication.reactive(Application.class, "org.apache.catalina", "org.eclipse.jetty"), properties);
		this.controller = this.application.context().getBean(Controller.class);
	}

	@AfterEach
	void close() {
		this.hostile.shutdownNow();
		this.controller.admit.countDown();
		this.controller.answer.tryEmitEmpty();
		this.application.close();
		this.connections.forEach(RawConnection::close);
	}

	@Test
	void requestsWhoseHeadIsHalfSentAreAnswered() throws Exception {
		start();
		assertThat(outcomesOfHalfSentRequests()).isEqualTo(Map.of("503", 30L));
	}

	@Test
	void requestsWhoseHeadIsHalfSentAreLostWithoutTheIntake() throws Exception {
		start(WITHOUT_INTAKE);
		assertThat(outcomesOfHalfSentRequests()).doesNotContainKey("503");
	}

	/** On new connections, on used ones, and on such as are new and say nothing yet. */
	private Map<String, Long> outcomesOfHalfSentRequests() throws Exception {
		List<RawConnection> used = connect(10);
		used.forEach((connection) -> connection.get("/hello").readResponse());
		List<RawConnection> fresh = connect(10);
		this.connections.forEach((connection) -> connection.send("GET /hello HT"));
		List<RawConnection> silent = connect(10);
		CompletableFuture<Void> closed = closeUntilBlocking();
		pass(Duration.ofMillis(300));
		used.forEach((connection) -> connection.send(REST_OF_HEAD));
		fresh.forEach((connection) -> connection.send(REST_OF_HEAD));
		silent.forEach((connection) -> connection.get("/hello"));
		Map<String, Long> outcomes = outcomes();
		closed.get(10, TimeUnit.SECONDS);
		return outcomes;
	}

	@Test
	void requestsBehindBusyEventLoopsAreAnswered() throws Exception {
		start("graceful.shutdown.exempt-paths=/exempt");
		int loops = Math.max(Runtime.getRuntime().availableProcessors(), 4);
		connect(loops).forEach((connection) -> connection.get("/exempt"));
		Awaitility.await().until(() -> this.controller.inside.get() == loops);
		connect(16).forEach((connection) -> connection.get("/hello"));
		CompletableFuture<Void> closed = closeUntilBlocking();
		pass(Duration.ofMillis(300));
		this.controller.admit.countDown();
		assertThat(outcomes()).isEqualTo(Map.of("200", (long) loops, "503", 16L));
		closed.get(10, TimeUnit.SECONDS);
	}

	@Test
	void idleConnectionsThatAreUsedAgainAtThatMomentAreAnswered() throws Exception {
		start();
		connect(150).forEach((connection) -> connection.get("/hello").readResponse());
		CompletableFuture<Void> closed = closeUntilBlocking();
		long begin = System.nanoTime();
		this.connections.forEach((connection) -> connection.get("/hello"));
		Duration took = Duration.ofNanos(System.nanoTime() - begin);
		Map<String, Long> outcomes = outcomes();
		System.out.println("reused: " + outcomes);
		closed.get(10, TimeUnit.SECONDS);
		Assumptions.assumeThat(took).as("a machine that is not too busy").isLessThan(Duration.ofMillis(60));
		assertThat(outcomes).isEqualTo(Map.of("503", 150L));
	}

	@Test
	void aHeadThatStallsIsRefusedAndDoesNotHoldTheDrainToItsEnd() throws Exception {
		start();
		RawConnection stalled = connect(1).get(0).send("GET /hello HT");
		assertThat(this.application.sequence().drain().get(8, TimeUnit.SECONDS)).isEqualTo(Outcome.CLEAN);
		assertThat(stalled.readResponse()).startsWith("HTTP/1.1 503")
			.contains("Graceful-Shutdown: rejected", "Graceful-Shutdown-Instance: ");
		assertThat(stalled.readStatus()).isEqualTo("end");
	}

	@Test
	void aHeadThatTricklesAddsNoMoreThanTwoSeconds() throws Exception {
		start();
		RawConnection trickling = connect(1).get(0).send("GET /hello HTTP/1.1\r\nX-Long: ");
		keepDoing(Duration.ofMillis(300), () -> trickling.send("x"));
		Background.run(this.application::close).get(LITTLE_MORE.toMillis(), TimeUnit.MILLISECONDS);
		assertThat(trickling.readStatus()).isEqualTo("503");
	}

	@Test
	void aHeadThatBeganLongAgoAddsNothing() {
		start();
		RawConnection trickling = connect(1).get(0).send("GET /hello HTTP/1.1\r\nX-Long: ");
		keepDoing(Duration.ofMillis(300), () -> trickling.send("x"));
		Awaitility.await().until(() -> onTheWay() == 1);
		Awaitility.await().until(() -> onTheWay() == 0);
	}

	private long onTheWay() {
		return this.application.context()
			.getBeanProvider(RequestIntake.class)
			.stream()
			.mapToLong(RequestIntake::onTheWay)
			.sum();
	}

	@Test
	void connectionsThatAreOpenedAndSayNothingAddNoMoreThanTwoSeconds() throws Exception {
		start();
		keepDoing(Duration.ofMillis(200), () -> connect(1));
		Background.run(this.application::close).get(LITTLE_MORE.toMillis(), TimeUnit.MILLISECONDS);
	}

	@Test
	void newHeadsThatFollowOneAnotherAddNoMoreThanTwoSeconds() throws Exception {
		start();
		keepDoing(Duration.ofMillis(200), () -> connect(1).get(0).send("GET /hello HT"));
		Background.run(this.application::close).get(LITTLE_MORE.toMillis(), TimeUnit.MILLISECONDS);
	}

	@Test
	void anUploadThatTricklesAddsNoMoreThanTwoSeconds() throws Exception {
		start("graceful.shutdown.lame-duck.maximum=20s");
		RawConnection trickling = connect(1).get(0).post("/upload", 100_000);
		keepDoing(Duration.ofMillis(300), () -> trickling.send("x"));
		this.application.awaitInFlight(1);
		Background.run(this.application::close).get(LITTLE_MORE.toMillis(), TimeUnit.MILLISECONDS);
	}

	/** It is 16 times as fast as one that is given up. */
	@Test
	void aSlowUploadIsReadToItsEnd() throws Exception {
		start("graceful.shutdown.lame-duck.maximum=20s");
		int pieces = 12;
		RawConnection slow = connect(1).get(0).post("/upload", pieces * 1_000L);
		AtomicInteger left = new AtomicInteger(pieces);
		keepDoing(Duration.ofMillis(250), () -> {
			if (left.getAndDecrement() > 0) {
				slow.send("x".repeat(1_000));
			}
		});
		this.application.awaitInFlight(1);
		CompletableFuture<?> drained = this.application.sequence().drain();
		assertThat(slow.readStatus()).isEqualTo("200");
		drained.get(10, TimeUnit.SECONDS);
	}

	/** Of whom the server cannot tell whether its client has sent all. */
	@Test
	void aRequestWhoseHandlerDoesNotReadItsBodyRunsToItsEnd() throws Exception {
		start();
		RawConnection unread = connect(1).get(0).post("/unread", 100_000).send("x");
		this.application.awaitInFlight(1);
		CompletableFuture<?> drained = this.application.sequence().drain();
		pass(Duration.ofMillis(2_700));
		this.controller.admit.countDown();
		assertThat(unread.readStatus()).isEqualTo("200");
		drained.get(10, TimeUnit.SECONDS);
	}

	@Test
	void aRefusedUploadThatTricklesAddsNoMoreThanTwoSeconds() throws Exception {
		start();
		this.application.sequence().drain().get(10, TimeUnit.SECONDS);
		RawConnection trickling = connect(1).get(0).post("/upload", 100_000);
		keepDoing(Duration.ofMillis(300), () -> trickling.send("x"));
		assertThat(new String(trickling.readBytes(12), StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 503");
		Background.run(this.application::close).get(LITTLE_MORE.toMillis(), TimeUnit.MILLISECONDS);
	}

	@Test
	void idleConnectionsAreGoneAtTheEndOfTheDrainAndOthersAreAccepted() throws Exception {
		start();
		connect(10).forEach((connection) -> assertThat(connection.get("/hello").readStatus()).isEqualTo("200"));
		this.application.sequence().drain().get(10, TimeUnit.SECONDS);
		assertThat(this.connections).allMatch((connection) -> connection.readStatus().equals("end"));
		RawConnection late = connect(1).get(0).get("/hello");
		assertThat(late.readStatus()).isEqualTo("503");
		assertThat(late.readStatus()).isEqualTo("end");
		this.application.sequence().resume();
		RawConnection resumed = connect(1).get(0);
		for (int i = 0; i < 3; i++) {
			assertThat(resumed.get("/missing").readStatus()).isEqualTo("404");
		}
	}

	@Test
	void anExemptRequestDoesNotHoldTheDrainAndIsNotCut() throws Exception {
		start("graceful.shutdown.exempt-paths=/answer");
		RawConnection exempt = connect(1).get(0).get("/answer");
		Awaitility.await().until(() -> this.controller.answer.currentSubscriberCount() == 1);
		CompletableFuture<Void> closed = closeUntilBlocking();
		Awaitility.await().until(() -> this.application.sequence().stage() == Stage.DRAINED);
		pass(Duration.ofMillis(300));
		assertThat(closed).isNotDone();
		this.controller.answer.tryEmitEmpty();
		assertThat(exempt.readStatus()).isEqualTo("200");
		closed.get(10, TimeUnit.SECONDS);
	}

	@Test
	void aClientThatSendsAheadGetsTheLastResponseAndTheEndOfTheStream() throws Exception {
		start();
		connect(20).forEach((connection) -> connection.get("/answer"));
		Awaitility.await().until(() -> this.controller.answer.currentSubscriberCount() == 20);
		String ahead = "GET /hello HTTP/1.1\r\nHost: localhost\r\nX-Long: %s\r\n\r\n".formatted("x".repeat(2000));
		AtomicBoolean over = new AtomicBoolean();
		CompletableFuture<?>[] sending = this.connections.stream().map((connection) -> Background.run(() -> {
			while (!over.get()) {
				connection.send(ahead);
			}
		})).toArray(CompletableFuture[]::new);
		CompletableFuture<Void> closed = closeUntilBlocking();
		this.controller.answer.tryEmitEmpty();
		assertThat(outcomes()).isEqualTo(Map.of("200", 20L));
		assertThat(outcomes()).isEqualTo(Map.of("end", 20L));
		over.set(true);
		CompletableFuture.allOf(sending).get(10, TimeUnit.SECONDS);
		assertThat(this.controller.hellos).hasValue(0);
		closed.get(10, TimeUnit.SECONDS);
	}

	@Test
	void anIdleConnectionOfHttp2IsToldToGoAway() throws Exception {
		start("server.http2.enabled=true");
		try (Socket socket = new Socket("localhost", this.application.port())) {
			socket.setSoTimeout(15_000);
			socket.getOutputStream().write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
			socket.getOutputStream().write(new byte[] { 0, 0, 0, 4, 0, 0, 0, 0, 0 }); // SETTINGS
			DataInputStream frames = new DataInputStream(socket.getInputStream());
			assertThat(readFrameType(frames)).isEqualTo(4);
			assertThat(this.application.sequence().drain().get(8, TimeUnit.SECONDS)).isEqualTo(Outcome.CLEAN);
			List<Integer> types = new ArrayList<>();
			for (int type = readFrameType(frames); type != -1; type = readFrameType(frames)) {
				types.add(type);
			}
			assertThat(types).contains(7); // GOAWAY
		}
	}

	/** Returns -1 when the server has closed the connection. */
	private static int readFrameType(DataInputStream frames) throws IOException {
		int first = frames.read();
		if (first == -1) {
			return -1;
		}
		int length = (first << 16) | frames.readUnsignedShort();
		int type = frames.readUnsignedByte();
		frames.readNBytes(5 + length);
		return type;
	}

	@SuppressWarnings("FutureReturnValueIgnored") // ends with the test
	private void keepDoing(Duration every, Runnable action) {
		this.hostile.scheduleWithFixedDelay(action, 0, every.toMillis(), TimeUnit.MILLISECONDS);
	}

	private List<RawConnection> connect(int count) {
		List<RawConnection> opened = IntStream.range(0, count)
			.mapToObj((i) -> new RawConnection(this.application.port()))
			.toList();
		this.connections.addAll(opened);
		return opened;
	}

	private CompletableFuture<Void> closeUntilBlocking() {
		CompletableFuture<Void> closed = Background.run(this.application::close);
		Awaitility.await()
			.pollInterval(Duration.ofMillis(1))
			.until(() -> this.application.sequence().stage().compareTo(Stage.BLOCKING) >= 0);
		return closed;
	}

	/** Lets time pass in which a server that does not wait would have ended. */
	private static void pass(Duration time) {
		Awaitility.await().pollDelay(time).until(() -> true);
	}

	private Map<String, Long> outcomes() {
		return this.connections.stream()
			.map(RawConnection::readStatus)
			.collect(Collectors.groupingBy((one) -> one, TreeMap::new, Collectors.counting()));
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

		private final AtomicInteger inside = new AtomicInteger();

		private final AtomicInteger hellos = new AtomicInteger();

		private final Sinks.Empty<Void> answer = Sinks.empty();

		@GetMapping("/hello")
		Mono<String> hello() {
			this.hellos.incrementAndGet();
			return Mono.just("hello");
		}

		@PostMapping("/upload")
		Mono<String> upload(@RequestBody Mono<String> body) {
			return body.map((all) -> "uploaded");
		}

		@PostMapping("/unread")
		Mono<String> unread() {
			return Mono.fromCallable(() -> {
				this.admit.await();
				return "done";
			}).subscribeOn(Schedulers.boundedElastic());
		}

		@GetMapping("/answer")
		Mono<String> answer() {
			return this.answer.asMono().thenReturn("done");
		}

		@GetMapping("/exempt")
		Mono<String> blocking() throws InterruptedException {
			this.inside.incrementAndGet();
			this.admit.await();
			return Mono.just("done");
		}

	}

}
