package io.github.gracefulshutdown.autoconfigure.websocket;

import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.gracefulshutdown.DrainGate;
import io.github.gracefulshutdown.Outcome;
import io.github.gracefulshutdown.Permit;
import io.github.gracefulshutdown.Stage;
import io.github.gracefulshutdown.WorkInFlight;
import io.github.gracefulshutdown.autoconfigure.SharedApplication;
import io.github.gracefulshutdown.autoconfigure.WebApplication;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.core.Ordered;
import org.springframework.messaging.simp.config.MessageBrokerRegistry;
import org.springframework.web.socket.CloseStatus;
import org.springframework.web.socket.TextMessage;
import org.springframework.web.socket.WebSocketSession;
import org.springframework.web.socket.config.annotation.EnableWebSocket;
import org.springframework.web.socket.config.annotation.EnableWebSocketMessageBroker;
import org.springframework.web.socket.config.annotation.StompEndpointRegistry;
import org.springframework.web.socket.config.annotation.WebSocketConfigurer;
import org.springframework.web.socket.config.annotation.WebSocketHandlerRegistry;
import org.springframework.web.socket.config.annotation.WebSocketMessageBrokerConfigurer;
import org.springframework.web.socket.handler.TextWebSocketHandler;
import org.springframework.web.socket.server.standard.ServerEndpointExporter;
import org.springframework.web.socket.server.standard.ServerEndpointRegistration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Tests for the drain of WebSocket sessions, with real clients of a real Tomcat. */
@TestInstance(Lifecycle.PER_CLASS)
class WebSocketDrainTests {

	private static final String NO_SPREAD = "graceful.shutdown.websocket.spread=0";

	@RegisterExtension
	private final SharedApplication application = new SharedApplication((properties) -> WebApplication
		.start(Application.class, (properties.length > 0) ? properties : new String[] { NO_SPREAD }));

	private WebApplication application() {
		return this.application.get();
	}

	private void start(String... properties) {
		this.application.startOwn(properties);
	}

	private Gap gap() {
		return application().context().getBean(Gap.class);
	}

	@AfterEach
	void leave() {
		if (application().context().isActive()) {
			gap().leave.countDown();
		}
	}

	@BeforeEach
	void reset() {
		gap().reset();
		application().context().getBean(Listener.class).reset();
	}

	@ParameterizedTest
	@ValueSource(strings = { "/raw", "/stomp", "/sockjs/websocket", "/annotated", "/programmatic" })
	void anOpenSessionIsCountedAndClosedWithServiceRestartWhenTheDrainBegins(String path) throws Exception {
		WebSocketClient client = WebSocketClient.connect(application().port(), path + "?token=secret");
		awaitSessions(1);
		assertThat(application().gate().workInFlight()).singleElement()
			.extracting(WorkInFlight::kind, WorkInFlight::description)
			.containsExactly("websocket", path);
		assertThat(drain()).isEqualTo(Outcome.CLEAN);
		assertThat(client.awaitClose()).isEqualTo(1012);
		assertThat(application().gate().inFlight()).isZero();
	}

	@ParameterizedTest
	@ValueSource(strings = { "/raw", "/stomp", "/annotated" })
	void anOpenSessionIsClosedAndNotCutWhenTheContextCloses(String path) throws Exception {
		WebSocketClient client = WebSocketClient.connect(application().port(), path);
		awaitSessions(1);
		application().close();
		assertThat(client.awaitClose()).isEqualTo(1012);
	}

	@Test
	void aStompSessionIsClosedToo() throws Exception {
		WebSocketClient client = WebSocketClient.connect(application().port(), "/stomp");
		client.send("CONNECT\naccept-version:1.2\nhost:localhost\n\n\0");
		Awaitility.await().until(() -> client.received().stream().anyMatch((text) -> text.startsWith("CONNECTED")));
		assertThat(drain()).isEqualTo(Outcome.CLEAN);
		assertThat(client.awaitClose()).isEqualTo(1012);
	}

	@Test
	void theCodeOfTheCloseIsGoingAwayIfThatIsSet() throws Exception {
		start(NO_SPREAD, "graceful.shutdown.websocket.close-code=1001");
		WebSocketClient client = WebSocketClient.connect(application().port(), "/raw");
		awaitSessions(1);
		drain();
		assertThat(client.awaitClose()).isEqualTo(1001);
	}

	@ParameterizedTest
	@ValueSource(strings = { "/raw", "/stomp", "/annotated" })
	void aHandshakeIsRefusedOnceTheGateIsClosed(String path) throws Exception {
		drain();
		assertThatThrownBy(() -> WebSocketClient.connect(application().port(), path)).cause()
			.isInstanceOfSatisfying(WebSocketHandshakeException.class, (ex) -> {
				assertThat(ex.getResponse().statusCode()).isEqualTo(503);
				assertThat(ex.getResponse().headers().firstValue("Graceful-Shutdown")).hasValue("rejected");
			});
		assertThat(application().gate().inFlight()).isZero();
		assertThat(application().sequence().resume()).isTrue();
		WebSocketClient client = WebSocketClient.connect(application().port(), path);
		awaitSessions(1);
		assertThat(client.closed()).isNotDone();
	}

	@ParameterizedTest
	@ValueSource(strings = { "/raw", "/annotated" })
	void aHandshakeInTheLameDuckIsNotSpoiltByTheWishToCloseTheConnection(String path) throws Exception {
		start(NO_SPREAD, "graceful.shutdown.lame-duck.maximum=20s", "graceful.shutdown.lame-duck.minimum=0",
				"graceful.shutdown.lame-duck.quiet-period=50ms");
		try (Permit held = application().gate().enter("work", "that keeps the lame duck from being quiet");
				RawWebSocket connection = connectInTheLameDuck(path)) {
			assertThat(connection.readHead().toLowerCase(Locale.ROOT)).contains(" 101 ", "connection: upgrade")
				.doesNotContain("connection: close");
			held.close();
			assertThat(drain()).isEqualTo(Outcome.CLEAN);
			assertThat(connection.readCloseFrame()).isEqualTo(1012);
		}
	}

	private RawWebSocket connectInTheLameDuck(String path) throws Exception {
		CompletableFuture<Outcome> drained = application().sequence().drain();
		Awaitility.await().until(() -> application().get("/missing").headers().firstValue("Connection").isPresent());
		assertThat(application().sequence().stage()).isEqualTo(Stage.LAME_DUCK);
		assertThat(drained).isNotDone();
		return new RawWebSocket(application().port(), path);
	}

	@ParameterizedTest
	@ValueSource(strings = { "/raw", "/annotated" })
	void aSessionIsNotLostBetweenItsHandshakeAndItsOpening(String path) throws Exception {
		CompletableFuture<WebSocketClient> connecting = WebSocketClient.connectAsync(application().port(),
				path + "?gap");
		Gap gap = gap();
		assertThat(gap.entered.await(10, TimeUnit.SECONDS)).isTrue();
		assertThat(application().gate().inFlight("http")).isZero();
		CompletableFuture<Outcome> drained = application().sequence().drain();
		Awaitility.await().until(() -> application().sequence().stage() == Stage.BLOCKING);
		assertThat(application().gate().inFlight("websocket")).isOne();
		assertThat(drained).isNotDone();
		gap.leave.countDown();
		assertThat(connecting.get(10, TimeUnit.SECONDS).awaitClose()).isEqualTo(1012);
		assertThat(drained.get(10, TimeUnit.SECONDS)).isEqualTo(Outcome.CLEAN);
	}

	@ParameterizedTest
	@ValueSource(strings = { "/raw", "/stomp", "/annotated" })
	void aSessionThatItsClientClosesCountsOnce(String path) throws Exception {
		WebSocketClient client = WebSocketClient.connect(application().port(), path);
		awaitSessions(1);
		client.webSocket().sendClose(WebSocket.NORMAL_CLOSURE, "").get(10, TimeUnit.SECONDS);
		awaitSessions(0);
	}

	@ParameterizedTest
	@ValueSource(strings = { "/raw", "/annotated" })
	void aSessionThatTheApplicationClosesCountsUntilTheClientHasAnswered(String path) throws Exception {
		try (RawWebSocket connection = new RawWebSocket(application().port(), path + "?close")) {
			assertThat(connection.readHead()).contains(" 101 ");
			assertThat(connection.readCloseFrame()).isEqualTo(1000);
			assertThat(application().gate().inFlight("websocket")).isOne();
		}
		awaitSessions(0);
	}

	@ParameterizedTest
	@ValueSource(strings = { "/raw", "/stomp", "/annotated" })
	void aSessionWhoseConnectionBreaksCountsOnce(String path) throws Exception {
		RawWebSocket connection = new RawWebSocket(application().port(), path);
		assertThat(connection.readHead()).contains(" 101 ");
		awaitSessions(1);
		connection.reset();
		awaitSessions(0);
	}

	@ParameterizedTest
	@ValueSource(strings = { "/raw", "/stomp", "/annotated" })
	void aSessionWhoseClientBreaksTheProtocolCountsOnce(String path) throws Exception {
		try (RawWebSocket connection = new RawWebSocket(application().port(), path)) {
			assertThat(connection.readHead()).contains(" 101 ");
			awaitSessions(1);
			connection.sendBadFrame();
			awaitSessions(0);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "/raw", "/annotated" })
	void aSessionWhoseOpeningFailsCountsOnce(String path) throws Exception {
		try (RawWebSocket connection = new RawWebSocket(application().port(), path + "?fail")) {
			assertThat(connection.readHead()).contains(" 101 ");
			assertThat(connection.readCloseFrame()).isNotZero();
		}
		awaitSessions(0);
	}

	@Test
	void aSessionWhoseOpeningFailsWithoutACloseCountsOnce() throws Exception {
		try (RawWebSocket connection = new RawWebSocket(application().port(), "/programmatic?fail")) {
			assertThat(connection.readHead()).contains(" 101 ");
			awaitSessions(0);
		}
	}

	@Test
	void aHandshakeThatIsRefusedByTheEndpointIsNotCounted() throws Exception {
		try (RawWebSocket connection = new RawWebSocket(application().port(), "/missing")) {
			assertThat(connection.readHead()).contains(" 404 ");
		}
		assertThat(application().gate().inFlight()).isZero();
	}

	@Test
	void aClientThatDoesNotAnswerTheCloseHoldsTheDrainUpForAShortTimeOnly() throws Exception {
		start(NO_SPREAD, "graceful.shutdown.drain.timeout=20s");
		try (RawWebSocket connection = new RawWebSocket(application().port(), "/raw")) {
			assertThat(connection.readHead()).contains(" 101 ");
			awaitSessions(1);
			CompletableFuture<Outcome> drained = application().sequence().drain();
			assertThat(connection.readCloseFrame()).isEqualTo(1012);
			assertThat(drained.get(15, TimeUnit.SECONDS)).isEqualTo(Outcome.CLEAN);
		}
	}

	@Test
	void aClientThatDoesNotReadHoldsTheDrainUpForAShortTimeOnly() throws Exception {
		start(NO_SPREAD, "graceful.shutdown.drain.timeout=20s");
		try (RawWebSocket connection = new RawWebSocket(application().port(), "/raw?flood")) {
			awaitSessions(1);
			assertThat(gap().flooding.await(10, TimeUnit.SECONDS)).isTrue();
			assertThat(application().sequence().drain().get(15, TimeUnit.SECONDS)).isEqualTo(Outcome.CLEAN);
		}
	}

	@Test
	void aClientThatIsSlowToReadGetsTheCloseFrameAfterWhatWasSentBefore() throws Exception {
		start(NO_SPREAD, "graceful.shutdown.drain.timeout=20s");
		WebSocketClient client = WebSocketClient.connectWithoutReading(application().port(), "/raw?flood");
		awaitSessions(1);
		AtomicInteger before = new AtomicInteger();
		Awaitility.await("nothing more can be sent")
			.pollInterval(Duration.ofMillis(200))
			.until(() -> before.getAndSet(gap().sent.get()) == gap().sent.get() && before.get() > 0);
		CompletableFuture<Outcome> drained = application().sequence().drain();
		Awaitility.await().until(() -> application().sequence().stage() == Stage.BLOCKING);
		Awaitility.await().during(Duration.ofMillis(300)).until(() -> application().gate().inFlight() == 1);
		client.read();
		assertThat(client.awaitClose()).isEqualTo(1012);
		assertThat(drained.get(15, TimeUnit.SECONDS)).isEqualTo(Outcome.CLEAN);
	}

	@ParameterizedTest
	@ValueSource(strings = { "/raw", "/annotated" })
	void theApplicationIsToldFirstAndCanSendALastMessage(String path) throws Exception {
		Listener listener = application().context().getBean(Listener.class);
		listener.delegate = (session) -> session.getBasicRemote()
			.sendText("goodbye " + session.getRequestURI().getPath());
		WebSocketClient client = WebSocketClient.connect(application().port(), path);
		awaitSessions(1);
		drain();
		client.awaitClose();
		assertThat(client.received()).containsExactly("goodbye " + path, "closed");
	}

	@Test
	void aListenerThatThrowsOrHangsKeepsNoSessionFromBeingClosed() throws Exception {
		start(NO_SPREAD, "graceful.shutdown.drain.timeout=20s");
		Listener listener = application().context().getBean(Listener.class);
		listener.delegate = (session) -> {
			if ("hangs".equals(session.getQueryString())) {
				new CountDownLatch(1).await();
			}
			throw new IllegalStateException("listener broken");
		};
		WebSocketClient throwing = WebSocketClient.connect(application().port(), "/raw");
		WebSocketClient hanging = WebSocketClient.connect(application().port(), "/raw?hangs");
		awaitSessions(2);
		assertThat(drain()).isEqualTo(Outcome.CLEAN);
		assertThat(throwing.awaitClose()).isEqualTo(1012);
		assertThat(hanging.awaitClose()).isEqualTo(1012);
	}

	@Test
	void theClosesAreSpread() throws Exception {
		start("graceful.shutdown.websocket.spread=1s");
		List<WebSocketClient> clients = new ArrayList<>();
		for (int i = 0; i < 30; i++) {
			clients.add(WebSocketClient.connect(application().port(), "/raw"));
		}
		awaitSessions(30);
		assertThat(drain()).isEqualTo(Outcome.CLEAN);
		List<Long> times = new ArrayList<>();
		for (WebSocketClient client : clients) {
			assertThat(client.awaitClose()).isEqualTo(1012);
			times.add(client.closedNanos());
		}
		times.sort(null);
		assertThat(Duration.ofNanos(times.get(29) - times.get(0))).isGreaterThan(Duration.ofMillis(250));
	}

	@Test
	void aSessionThatIsWaitedForInVainIsClosedAndNotCutWhenTheDrainIsOver() throws Exception {
		start(NO_SPREAD, "graceful.shutdown.streams.policy=await", "graceful.shutdown.drain.timeout=1s");
		WebSocketClient client = WebSocketClient.connect(application().port(), "/raw");
		awaitSessions(1);
		long closedNanos = System.nanoTime();
		application().closeAsync().get(20, TimeUnit.SECONDS);
		assertThat(client.awaitClose()).isEqualTo(1012);
		assertThat(Duration.ofNanos(client.closedNanos() - closedNanos)).isGreaterThan(Duration.ofMillis(900));
	}

	@Test
	void aSessionThatIsWaitedForEndsByItself() throws Exception {
		start(NO_SPREAD, "graceful.shutdown.streams.policy=await");
		WebSocketClient client = WebSocketClient.connect(application().port(), "/raw");
		awaitSessions(1);
		CompletableFuture<Outcome> drained = application().sequence().drain();
		Awaitility.await().until(() -> application().sequence().stage() == Stage.BLOCKING);
		client.send("still answered");
		Awaitility.await().until(() -> client.received().contains("still answered"));
		client.webSocket().sendClose(WebSocket.NORMAL_CLOSURE, "").get(10, TimeUnit.SECONDS);
		assertThat(drained.get(10, TimeUnit.SECONDS)).isEqualTo(Outcome.CLEAN);
	}

	@Test
	void aSessionThatIsIgnoredHoldsNothingUpAndIsClosedAndNotCut() throws Exception {
		start(NO_SPREAD, "graceful.shutdown.streams.policy=ignore");
		WebSocketClient client = WebSocketClient.connect(application().port(), "/raw");
		client.send("hello");
		Awaitility.await().until(() -> client.received().contains("hello"));
		assertThat(application().gate().inFlight("websocket")).isZero();
		application().close();
		assertThat(client.awaitClose()).isEqualTo(1012);
	}

	@Test
	void whatAMessageBeginsWhileTheGateIsClosedIsLetIn() throws Exception {
		start(NO_SPREAD, "graceful.shutdown.streams.policy=await");
		WebSocketClient client = WebSocketClient.connect(application().port(), "/raw");
		awaitSessions(1);
		CompletableFuture<Outcome> drained = application().sequence().drain();
		Awaitility.await().until(() -> application().sequence().stage() == Stage.BLOCKING);
		client.send("work");
		Awaitility.await().until(() -> client.received().contains("worked"));
		client.webSocket().sendClose(WebSocket.NORMAL_CLOSURE, "").get(10, TimeUnit.SECONDS);
		assertThat(drained.get(10, TimeUnit.SECONDS)).isEqualTo(Outcome.CLEAN);
	}

	@Test
	void sessionsOfExemptPathsAreNeitherCountedNorClosed() throws Exception {
		start(NO_SPREAD, "graceful.shutdown.exempt-paths=/raw");
		WebSocketClient client = WebSocketClient.connect(application().port(), "/raw");
		client.send("hello");
		Awaitility.await().until(() -> client.received().contains("hello"));
		assertThat(application().gate().inFlight()).isZero();
		assertThat(drain()).isEqualTo(Outcome.CLEAN);
		client.send("still there");
		Awaitility.await().until(() -> client.received().contains("still there"));
	}

	private Outcome drain() throws Exception {
		return application().sequence().drain().get(15, TimeUnit.SECONDS);
	}

	private void awaitSessions(long expected) {
		DrainGate gate = application().gate();
		Awaitility.await().until(() -> gate.inFlight("websocket") == expected && gate.inFlight("http") == 0);
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableWebSocket
	@Import({ RawEndpoints.class, StompEndpoint.class })
	static class Application {

		@Bean
		ServerEndpointExporter serverEndpointExporter() {
			return new ServerEndpointExporter();
		}

		@Bean
		AnnotatedEndpoint annotatedEndpoint() {
			return new AnnotatedEndpoint();
		}

		@Bean
		ServerEndpointRegistration programmaticEndpoint() {
			return new ServerEndpointRegistration("/programmatic", ProgrammaticEndpoint.class);
		}

		@Bean
		Listener listener() {
			return new Listener();
		}

		@Bean
		Gap gap() {
			return new Gap();
		}

		/** Holds a handshake when all that counts requests has let it go. */
		@Bean
		FilterRegistrationBean<Filter> gapFilter(Gap gap) {
			FilterRegistrationBean<Filter> registration = new FilterRegistrationBean<>((request, response, chain) -> {
				chain.doFilter(request, response);
				if ("gap".equals(((HttpServletRequest) request).getQueryString())) {
					gap.hold();
				}
			});
			registration.setOrder(Ordered.HIGHEST_PRECEDENCE);
			return registration;
		}

	}

	static class Gap {

		private volatile CountDownLatch entered = new CountDownLatch(1);

		private volatile CountDownLatch leave = new CountDownLatch(1);

		private volatile CountDownLatch flooding = new CountDownLatch(1);

		private final AtomicInteger sent = new AtomicInteger();

		void reset() {
			this.entered = new CountDownLatch(1);
			this.leave = new CountDownLatch(1);
			this.flooding = new CountDownLatch(1);
			this.sent.set(0);
		}

		void hold() {
			this.entered.countDown();
			try {
				this.leave.await();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}

	}

	static class Listener implements WebSocketCloseListener {

		private static final WebSocketCloseListener NONE = (session) -> {
		};

		private volatile WebSocketCloseListener delegate = NONE;

		void reset() {
			this.delegate = NONE;
		}

		@Override
		public void beforeClose(Session session) throws Exception {
			this.delegate.beforeClose(session);
		}

	}

	static class RawEndpoints implements WebSocketConfigurer {

		private final DrainGate gate;

		private final Gap gap;

		RawEndpoints(DrainGate gate, Gap gap) {
			this.gate = gate;
			this.gap = gap;
		}

		@Override
		public void registerWebSocketHandlers(WebSocketHandlerRegistry registry) {
			registry.addHandler(new RawHandler(this.gate, this.gap), "/raw");
			registry.addHandler(new RawHandler(this.gate, this.gap), "/sockjs").withSockJS();
		}

	}

	static class RawHandler extends TextWebSocketHandler {

		private static final Logger logger = LoggerFactory.getLogger(RawHandler.class);

		private final DrainGate gate;

		private final Gap gap;

		RawHandler(DrainGate gate, Gap gap) {
			this.gate = gate;
			this.gap = gap;
		}

		@Override
		public void afterConnectionEstablished(WebSocketSession session) throws Exception {
			String query = Objects.requireNonNull(session.getUri()).getQuery();
			if ("close".equals(query)) {
				session.close(CloseStatus.NORMAL);
			}
			else if ("fail".equals(query)) {
				throw new IllegalStateException("opening broken");
			}
			else if ("flood".equals(query)) {
				new Thread(() -> flood(session)).start();
			}
		}

		private void flood(WebSocketSession session) {
			try {
				for (int i = 0; i < 64; i++) {
					if (i == 1) {
						this.gap.flooding.countDown();
					}
					session.sendMessage(new TextMessage("x".repeat(1024 * 1024)));
					this.gap.sent.incrementAndGet();
				}
			}
			catch (Exception ex) {
				logger.debug("The flood has ended", ex);
			}
		}

		@Override
		protected void handleTextMessage(WebSocketSession session, TextMessage message) throws Exception {
			if ("work".equals(message.getPayload())) {
				try (Permit permit = this.gate.enter("work", "begun by a message")) {
					permit.continueHere();
					session.sendMessage(new TextMessage("worked"));
				}
			}
			else {
				session.sendMessage(message);
			}
		}

	}

	@EnableWebSocketMessageBroker
	static class StompEndpoint implements WebSocketMessageBrokerConfigurer {

		@Override
		public void registerStompEndpoints(StompEndpointRegistry registry) {
			registry.addEndpoint("/stomp");
		}

		@Override
		public void configureMessageBroker(MessageBrokerRegistry registry) {
			registry.enableSimpleBroker("/topic");
		}

	}

	@ServerEndpoint("/annotated")
	public static class AnnotatedEndpoint {

		@OnOpen
		public void open(Session session) throws Exception {
			if ("close".equals(session.getQueryString())) {
				session.close();
			}
			else if ("fail".equals(session.getQueryString())) {
				throw new IllegalStateException("opening broken");
			}
		}

		@OnMessage
		public String echo(String message) {
			return message;
		}

	}

	public static class ProgrammaticEndpoint extends Endpoint {

		@Override
		public void onOpen(Session session, EndpointConfig config) {
			if ("fail".equals(session.getQueryString())) {
				throw new IllegalStateException("opening broken");
			}
		}

	}

}
