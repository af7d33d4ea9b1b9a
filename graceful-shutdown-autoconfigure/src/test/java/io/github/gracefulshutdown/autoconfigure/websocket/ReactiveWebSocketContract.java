package io.github.gracefulshutdown.autoconfigure.websocket;

import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.gracefulshutdown.InFlightWork;
import io.github.gracefulshutdown.Outcome;
import io.github.gracefulshutdown.Permit;
import io.github.gracefulshutdown.Stage;
import io.github.gracefulshutdown.WorkInFlight;
import io.github.gracefulshutdown.autoconfigure.Background;
import io.github.gracefulshutdown.autoconfigure.RawConnection;
import io.github.gracefulshutdown.autoconfigure.WebApplication;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.reactive.config.WebFluxConfigurer;
import org.springframework.web.reactive.handler.SimpleUrlHandlerMapping;
import org.springframework.web.reactive.socket.WebSocketHandler;
import org.springframework.web.reactive.socket.WebSocketMessage;
import org.springframework.web.reactive.socket.WebSocketSession;
import org.springframework.web.reactive.socket.server.RequestUpgradeStrategy;
import org.springframework.web.reactive.socket.server.WebSocketService;
import org.springframework.web.reactive.socket.server.support.HandshakeWebSocketService;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Tests for the drain of the WebSocket sessions of reactive applications, with real
 * clients of a real server.
 */
abstract class ReactiveWebSocketContract {

	private static final String NO_SPREAD = "graceful.shutdown.websocket.spread=0";

	private final RequestUpgradeStrategy strategy;

	private final String[] otherServers;

	private @Nullable WebApplication started;

	/**
	 * Creates tests on a server.
	 * @param strategy how the server answers handshakes
	 * @param otherServers the packages of the others, which the application lacks
	 */
	ReactiveWebSocketContract(RequestUpgradeStrategy strategy, String... otherServers) {
		this.strategy = strategy;
		this.otherServers = otherServers;
	}

	private WebApplication start(String... properties) {
		SpringApplication application = WebApplication.reactive(Application.class, this.otherServers);
		application.addInitializers((context) -> ((GenericApplicationContext) context)
			.registerBean(RequestUpgradeStrategy.class, () -> this.strategy));
		WebApplication current = WebApplication.start(application, properties);
		this.started = current;
		return current;
	}

	private WebApplication application() {
		WebApplication current = this.started;
		return (current != null) ? current : start(NO_SPREAD);
	}

	private Handler handler() {
		return application().context().getBean(Handler.class);
	}

	@AfterEach
	void close() {
		application().close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "/handler", "/service" })
	void anOpenSessionIsCountedOnceAndClosedWithServiceRestartWhenTheDrainBegins(String path) throws Exception {
		WebSocketClient client = WebSocketClient.connect(application().port(), path + "?token=secret");
		Awaitility.await()
			.untilAsserted(() -> assertThat(application().gate().workInFlight()).singleElement()
				.extracting(WorkInFlight::kind, WorkInFlight::description)
				.containsExactly("websocket", path));
		assertThat(drain()).isEqualTo(Outcome.CLEAN);
		assertThat(client.awaitClose()).isEqualTo(1012);
		assertThat(application().gate().inFlight()).isZero();
	}

	@Test
	void anOpenSessionIsClosedAndNotCutWhenTheContextCloses() throws Exception {
		WebSocketClient client = WebSocketClient.connect(application().port(), "/handler");
		awaitSessions(1);
		application().close();
		assertThat(client.awaitClose()).isEqualTo(1012);
	}

	@Test
	void theCodeOfTheCloseIsGoingAwayIfThatIsSet() throws Exception {
		start(NO_SPREAD, "graceful.shutdown.websocket.close-code=1001");
		WebSocketClient client = WebSocketClient.connect(application().port(), "/handler");
		awaitSessions(1);
		drain();
		assertThat(client.awaitClose()).isEqualTo(1001);
	}

	@Test
	void aClientThatSendsAllTheTimeGetsTheCloseFrame() throws Exception {
		WebSocketClient client = WebSocketClient.connect(application().port(), "/handler?mute");
		awaitSessions(1);
		CompletableFuture<Void> sending = Background.run(() -> {
			while (!client.closed().isDone()) {
				client.webSocket().sendText("x".repeat(1000), true).join();
			}
		});
		Awaitility.await().until(() -> handler().received.get() > 1000);
		assertThat(drain()).isEqualTo(Outcome.CLEAN);
		assertThat(client.awaitClose()).isEqualTo(1012);
		assertThat(sending).isNotNull();
	}

	@Test
	void aHandshakeIsRefusedOnceTheGateIsClosed() throws Exception {
		drain();
		assertThatThrownBy(() -> WebSocketClient.connect(application().port(), "/handler")).cause()
			.isInstanceOfSatisfying(WebSocketHandshakeException.class, (ex) -> {
				assertThat(ex.getResponse().statusCode()).isEqualTo(503);
				assertThat(ex.getResponse().headers().firstValue("Graceful-Shutdown")).hasValue("rejected");
			});
		assertThat(application().gate().inFlight()).isZero();
		assertThat(application().sequence().resume()).isTrue();
		WebSocketClient client = WebSocketClient.connect(application().port(), "/handler");
		awaitSessions(1);
		assertThat(client.closed()).isNotDone();
	}

	@Test
	void aHandshakeThatWasLetInBeforeTheBlockOpensItsSessionAndHasItClosed() throws Exception {
		CompletableFuture<WebSocketClient> connecting = WebSocketClient.connectAsync(application().port(),
				"/handler?gap");
		Awaitility.await().until(() -> application().gate().inFlight("http") == 1);
		CompletableFuture<Outcome> drained = application().sequence().drain();
		awaitBlocking();
		assertThat(drained).isNotDone();
		handler().gap.tryEmitEmpty();
		assertThat(connecting.get(10, TimeUnit.SECONDS).awaitClose()).isEqualTo(1012);
		assertThat(drained.get(10, TimeUnit.SECONDS)).isEqualTo(Outcome.CLEAN);
	}

	@Test
	void aHandshakeInTheLameDuckIsNotSpoiltByTheWishToCloseTheConnection() throws Exception {
		start(NO_SPREAD, "graceful.shutdown.lame-duck.maximum=20s", "graceful.shutdown.lame-duck.minimum=0");
		try (Permit held = application().gate().enter("work", "that keeps the lame duck from being quiet");
				RawConnection connection = connectInTheLameDuck()) {
			assertThat(connection.readResponse().toLowerCase(Locale.ROOT)).contains(" 101 ", "connection: upgrade")
				.doesNotContain("connection: close");
			held.close();
			assertThat(drain()).isEqualTo(Outcome.CLEAN);
		}
	}

	private RawConnection connectInTheLameDuck() {
		CompletableFuture<Outcome> drained = application().sequence().drain();
		Awaitility.await().until(() -> application().get("/missing").headers().firstValue("Connection").isPresent());
		assertThat(application().sequence().stage()).isEqualTo(Stage.LAME_DUCK);
		assertThat(drained).isNotDone();
		return connectByHand("/handler");
	}

	@ParameterizedTest
	@ValueSource(strings = { "/handler", "/handler?never", "/service" })
	void aSessionThatItsClientClosesCountsOnce(String path) throws Exception {
		WebSocketClient client = WebSocketClient.connect(application().port(), path);
		awaitSessions(1);
		client.webSocket().sendClose(WebSocket.NORMAL_CLOSURE, "").get(10, TimeUnit.SECONDS);
		awaitSessions(0);
	}

	@ParameterizedTest
	@ValueSource(strings = { "/handler", "/handler?never" })
	void aSessionWhoseConnectionBreaksCountsOnce(String path) {
		try (RawConnection connection = connectByHand(path)) {
			assertThat(connection.readResponse()).contains(" 101 ");
			awaitSessions(1);
		}
		awaitSessions(0);
	}

	@Test
	void aSessionWhoseHandlerFailsCountsOnce() throws Exception {
		WebSocketClient client = WebSocketClient.connect(application().port(), "/handler?fail");
		assertThat(client.closed()).succeedsWithin(Duration.ofSeconds(10));
		awaitSessions(0);
	}

	@Test
	void aHandshakeThatFailsIsNotCounted() {
		assertThat(application().get("/handler").statusCode()).isEqualTo(400);
		try (RawConnection connection = connectByHand("/missing")) {
			assertThat(connection.readResponse()).contains(" 404 ");
		}
		awaitSessions(0);
	}

	@Test
	void aSessionOnAnExemptPathIsNotCounted() throws Exception {
		// Reactor Netty waits for the session when the context closes.
		start(NO_SPREAD, "graceful.shutdown.exempt-paths=/service", "spring.lifecycle.timeout-per-shutdown-phase=1s");
		WebSocketClient client = WebSocketClient.connect(application().port(), "/service");
		client.send("hello");
		Awaitility.await().until(() -> client.received().contains("hello"));
		assertThat(application().gate().inFlight()).isZero();
		assertThat(drain()).isEqualTo(Outcome.CLEAN);
	}

	@Test
	void clientsThatDoNotReadHoldTheDrainUpForAShortTimeOnly() throws Exception {
		start(NO_SPREAD, "graceful.shutdown.drain.timeout=20s");
		List<RawConnection> connections = new ArrayList<>();
		for (int i = 0; i < 40; i++) {
			connections.add(connectByHand("/handler?flood"));
		}
		awaitSessions(40);
		assertThat(application().sequence().drain().get(15, TimeUnit.SECONDS)).isEqualTo(Outcome.CLEAN);
		connections.forEach(RawConnection::close);
	}

	@Test
	void aClientThatIsSlowToReadGetsTheCloseFrameAfterWhatWasSentBefore() throws Exception {
		start(NO_SPREAD, "graceful.shutdown.drain.timeout=20s");
		WebSocketClient client = WebSocketClient.connectWithoutReading(application().port(), "/handler?flood");
		awaitSessions(1);
		AtomicInteger before = new AtomicInteger();
		Awaitility.await()
			.pollInterval(Duration.ofMillis(200))
			.until(() -> before.getAndSet(handler().sent.get()) == handler().sent.get() && before.get() > 0);
		CompletableFuture<Outcome> drained = application().sequence().drain();
		awaitBlocking();
		Awaitility.await().during(Duration.ofMillis(300)).until(() -> application().gate().inFlight() == 1);
		client.read();
		assertThat(client.awaitClose()).isEqualTo(1012);
		assertThat(drained.get(15, TimeUnit.SECONDS)).isEqualTo(Outcome.CLEAN);
	}

	@Test
	void theApplicationIsToldFirstAndCanSendALastMessage() throws Exception {
		Listener listener = application().context().getBean(Listener.class);
		listener.delegate = (session) -> session.send(Mono.just(session.textMessage("goodbye")));
		WebSocketClient client = WebSocketClient.connect(application().port(), "/handler?mute");
		awaitSessions(1);
		assertThat(drain()).isEqualTo(Outcome.CLEAN);
		client.awaitClose();
		assertThat(client.received()).containsExactly("goodbye", "closed");
	}

	@Test
	void aListenerThatFailsOrHangsKeepsNoSessionFromBeingClosed() throws Exception {
		start(NO_SPREAD, "graceful.shutdown.drain.timeout=20s");
		Listener listener = application().context().getBean(Listener.class);
		listener.delegate = (session) -> session.getHandshakeInfo().getUri().getPath().equals("/service") ? Mono.never()
				: Mono.error(new IllegalStateException("listener broken"));
		WebSocketClient failing = WebSocketClient.connect(application().port(), "/handler");
		WebSocketClient hanging = WebSocketClient.connect(application().port(), "/service");
		awaitSessions(2);
		assertThat(drain()).isEqualTo(Outcome.CLEAN);
		assertThat(failing.awaitClose()).isEqualTo(1012);
		assertThat(hanging.awaitClose()).isEqualTo(1012);
	}

	@Test
	void theClosesAreSpread() throws Exception {
		start("graceful.shutdown.websocket.spread=2s");
		List<WebSocketClient> clients = new ArrayList<>();
		for (int i = 0; i < 30; i++) {
			clients.add(WebSocketClient.connect(application().port(), "/handler"));
		}
		awaitSessions(30);
		assertThat(drain()).isEqualTo(Outcome.CLEAN);
		List<Long> times = new ArrayList<>();
		for (WebSocketClient client : clients) {
			assertThat(client.awaitClose()).isEqualTo(1012);
			times.add(client.closedNanos());
		}
		times.sort(null);
		assertThat(Duration.ofNanos(times.get(29) - times.get(0))).isGreaterThan(Duration.ofMillis(500));
	}

	@ParameterizedTest
	@ValueSource(strings = { "await", "ignore" })
	void aSessionThatIsStillOpenWhenTheDrainIsOverIsClosedAndNotCut(String policy) throws Exception {
		start(NO_SPREAD, "graceful.shutdown.streams.policy=" + policy, "graceful.shutdown.drain.timeout=1s");
		WebSocketClient client = WebSocketClient.connect(application().port(), "/handler");
		awaitSessions(policy.equals("await") ? 1 : 0);
		CompletableFuture<Void> closed = Background.run(application()::close);
		assertThat(client.awaitClose()).isEqualTo(1012);
		closed.get(15, TimeUnit.SECONDS);
	}

	@Test
	void workThatASessionBeginsIsLetInWhileItIsOpen() throws Exception {
		start(NO_SPREAD, "graceful.shutdown.streams.policy=await");
		WebSocketClient client = WebSocketClient.connect(application().port(), "/handler?work");
		awaitSessions(1);
		CompletableFuture<Outcome> drained = application().sequence().drain();
		awaitBlocking();
		client.send("work");
		Awaitility.await().until(() -> client.received().contains("worked"));
		client.webSocket().sendClose(WebSocket.NORMAL_CLOSURE, "").get(10, TimeUnit.SECONDS);
		assertThat(drained.get(10, TimeUnit.SECONDS)).isEqualTo(Outcome.CLEAN);
	}

	private RawConnection connectByHand(String path) {
		return new RawConnection(application().port()).send("""
				GET %s HTTP/1.1\r
				Host: localhost\r
				Connection: Upgrade\r
				Upgrade: websocket\r
				Sec-WebSocket-Version: 13\r
				Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
				\r
				""".formatted(path));
	}

	private Outcome drain() throws Exception {
		return application().sequence().drain().get(15, TimeUnit.SECONDS);
	}

	private void awaitSessions(long expected) {
		Awaitility.await()
			.untilAsserted(() -> assertThat(application().gate().workInFlight()).hasSize((int) expected)
				.allMatch((work) -> work.kind().equals("websocket")));
	}

	private void awaitBlocking() {
		Awaitility.await().until(() -> application().sequence().stage() == Stage.BLOCKING);
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Worker worker() {
			return new Worker();
		}

		@Bean
		Handler handler(Worker worker) {
			return new Handler(worker);
		}

		@Bean
		SimpleUrlHandlerMapping mapping(Handler handler) {
			return new SimpleUrlHandlerMapping(Map.of("/handler", handler), -1);
		}

		/** For the adapter of the handlers, which is none of the beans of a service. */
		@Bean
		WebFluxConfigurer adapterConfigurer(RequestUpgradeStrategy strategy) {
			return new WebFluxConfigurer() {

				@Override
				public WebSocketService getWebSocketService() {
					return new HandshakeWebSocketService(strategy);
				}

			};
		}

		@Bean
		HandshakeWebSocketService service(RequestUpgradeStrategy strategy) {
			return new HandshakeWebSocketService(strategy);
		}

		@Bean
		Controller controller(HandshakeWebSocketService service, Handler handler) {
			return new Controller(service, handler);
		}

		@Bean
		WebFilter gap(Handler handler) {
			return (exchange, chain) -> "gap".equals(exchange.getRequest().getURI().getQuery())
					? handler.gap.asMono().then(chain.filter(exchange)) : chain.filter(exchange);
		}

		@Bean
		Listener listener() {
			return new Listener();
		}

	}

	static class Listener implements ReactiveWebSocketCloseListener {

		private volatile ReactiveWebSocketCloseListener delegate = (session) -> Mono.empty();

		@Override
		public Publisher<Void> beforeClose(WebSocketSession session) {
			return this.delegate.beforeClose(session);
		}

	}

	/** Public for its proxy, which another class loader defines. */
	public static class Worker {

		@InFlightWork("work")
		public Mono<String> work() {
			return Mono.just("worked");
		}

	}

	static class Handler implements WebSocketHandler {

		private final Worker worker;

		private final Sinks.Empty<Void> gap = Sinks.empty();

		private final AtomicInteger received = new AtomicInteger();

		private final AtomicInteger sent = new AtomicInteger();

		Handler(Worker worker) {
			this.worker = worker;
		}

		@Override
		public Mono<Void> handle(WebSocketSession session) {
			String query = session.getHandshakeInfo().getUri().getQuery();
			if ("never".equals(query)) {
				return session.receive().then(Mono.never());
			}
			if ("fail".equals(query)) {
				return Mono.error(new IllegalStateException("handler broken"));
			}
			if ("mute".equals(query)) {
				return session.receive().doOnNext((message) -> this.received.incrementAndGet()).then();
			}
			if ("flood".equals(query)) {
				String text = "x".repeat(60_000);
				return session.send(Flux.range(0, 1000)
					.doOnNext((number) -> this.sent.incrementAndGet())
					.map((number) -> session.textMessage(text)));
			}
			if ("work".equals(query)) {
				return session.receive()
					.publishOn(Schedulers.boundedElastic())
					.concatMap((message) -> this.worker.work())
					.concatMap((text) -> session.send(Mono.just(session.textMessage(text))))
					.then();
			}
			return session.send(session.receive().map(WebSocketMessage::getPayloadAsText).map(session::textMessage));
		}

	}

	@RestController
	static class Controller {

		private final WebSocketService service;

		private final Handler handler;

		Controller(WebSocketService service, Handler handler) {
			this.service = service;
			this.handler = handler;
		}

		@GetMapping("/service")
		Mono<Void> handshake(ServerWebExchange exchange) {
			return this.service.handleRequest(exchange, this.handler);
		}

	}

}
