package io.github.gracefulshutdown.autoconfigure;

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
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.github.gracefulshutdown.Permit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for what a container has received and not handed over when the drain begins.
 * Losses that do not depend on who is faster are shown by a twin that does without the
 * intake.
 */
public abstract class ContainerDrainContract {

	/** The property that does without the intake. */
	protected final String withoutIntake;

	private final String[] fewThreads;

	private static final Duration MOMENT = Duration.ofMillis(80);

	private static final Duration MINIMUM = Duration.ofSeconds(2);

	// Two seconds, and what a busy machine needs for the rest of a stop; the time of the
	// drain is ten seconds.
	private static final Duration LITTLE_MORE = Duration.ofSeconds(6);

	private final List<RawConnection> connections = new CopyOnWriteArrayList<>();

	private final ScheduledExecutorService hostile = Executors.newSingleThreadScheduledExecutor();

	@SuppressWarnings("NullAway.Init")
	private WebApplication application;

	@SuppressWarnings("NullAway.Init")
	private Controller controller;

	/**
	 * Creates tests on a container.
	 * @param intake the auto-configuration of its intake
	 * @param fewThreads the properties that leave the container four or five threads for
	 * requests
	 */
	protected ContainerDrainContract(Class<?> intake, String... fewThreads) {
		this.withoutIntake = "spring.autoconfigure.exclude=" + intake.getName();
		this.fewThreads = fewThreads;
	}

	/** Returns what else the application is to be started with. */
	protected String[] properties() {
		return new String[0];
	}

	/** Returns what starts an application of these beans. */
	protected SpringApplication application(Class<?> beans) {
		return new SpringApplication(beans);
	}

	/** Has all threads busy with requests that the gate does not know of. */
	protected void occupyAllThreads() {
		occupy(6, "/exempt", 4);
		pass(Duration.ofMillis(200)); // in which one more would get a thread if there is
										// one
	}

	protected final void occupy(int connections, String path, int threads) {
		connect(connections).forEach((connection) -> connection.get(path));
		Awaitility.await().until(() -> this.controller.inside.get() >= threads);
	}

	private void start(String... properties) {
		this.application = WebApplication.start(application(Application.class),
				Stream.concat(Stream.of(properties), Stream.of(properties())).toArray(String[]::new));
		this.controller = this.application.context().getBean(Controller.class);
	}

	private void startWithFewThreads(String... properties) {
		start(Stream.concat(Stream.of(this.fewThreads), Stream.of(properties)).toArray(String[]::new));
	}

	@AfterEach
	void close() {
		this.hostile.shutdownNow();
		this.controller.admit.countDown();
		this.application.close();
		this.connections.forEach(RawConnection::close);
	}

	@Test
	void requestsQueuedBehindBusyThreadsAreAnswered() throws Exception {
		assertThat(outcomesOfQueuedRequests()).isEqualTo(Map.of("200", this.connections.size() - 16L, "503", 16L));
	}

	/** Threads that the gate does not know of are busy, and 16 requests wait for one. */
	protected final Map<String, Long> outcomesOfQueuedRequests(String... properties) throws Exception {
		startWithFewThreads(Stream.concat(Stream.of("graceful.shutdown.exempt-paths=/exempt*"), Stream.of(properties))
			.toArray(String[]::new));
		occupyAllThreads();
		List<RawConnection> queued = connect(16);
		queued.forEach((connection) -> connection.get("/hello"));
		CompletableFuture<Void> closed = this.application.closeUntilBlocking();
		pass(Duration.ofMillis(300));
		this.controller.admit.countDown();
		closed.get(10, TimeUnit.SECONDS);
		return outcomes(this.connections, RawConnection::readStatus);
	}

	@Test
	void anOverloadedInstanceAnswersAllThatIsOutstanding() throws Exception {
		startWithFewThreads();
		Map<String, Long> outcomes = outcomesOfAnOverloadedInstance();
		System.out.println("overloaded: " + outcomes);
		assertThat(outcomes.keySet()).isSubsetOf("200", "503");
	}

	private Map<String, Long> outcomesOfAnOverloadedInstance() throws Exception {
		List<RawConnection> outstanding = connect(20);
		outstanding.forEach((connection) -> connection.get("/slow"));
		Awaitility.await().until(() -> this.controller.inside.get() >= 4);
		this.application.closeUntilBlocking().get(10, TimeUnit.SECONDS);
		return outcomes(outstanding, RawConnection::readStatus);
	}

	@Test
	void requestsWhoseHeadIsHalfSentAreAnswered() throws Exception {
		start();
		assertThat(outcomesOfHalfSentRequests()).isEqualTo(Map.of("503", 30L));
	}

	@Test
	void requestsWhoseHeadIsHalfSentAreLostWithoutTheIntake() throws Exception {
		start(this.withoutIntake);
		assertThat(outcomesOfHalfSentRequests()).doesNotContainKey("503");
	}

	/** On new connections, on used ones, and on such as are new and say nothing yet. */
	private Map<String, Long> outcomesOfHalfSentRequests() throws Exception {
		List<RawConnection> used = connect(10);
		used.forEach((connection) -> connection.get("/hello").readResponse());
		connect(10);
		this.connections.forEach((connection) -> connection.send("GET /hello HT"));
		List<RawConnection> silent = connect(10);
		CompletableFuture<Void> closed = this.application.closeUntilBlocking();
		pass(Duration.ofMillis(300));
		used.forEach((connection) -> connection.send("TP/1.1\r\nHost: localhost\r\n\r\n"));
		this.connections.subList(10, 20).forEach((connection) -> connection.send("TP/1.1\r\nHost: localhost\r\n\r\n"));
		silent.forEach((connection) -> connection.get("/hello"));
		Map<String, Long> outcomes = outcomes(this.connections, RawConnection::readStatus);
		closed.get(10, TimeUnit.SECONDS);
		return outcomes;
	}

	/** A connection counts as in use for a moment, and here each is used within it. */
	@Test
	void idleConnectionsThatAreUsedAgainAtThatMomentAreAnswered() throws Exception {
		start();
		connect(150).forEach((connection) -> connection.get("/hello").readResponse());
		long begin = System.nanoTime();
		CompletableFuture<Void> closed = this.application.closeUntilBlocking();
		pass(Duration.ofMillis(30)); // or a drain that does not wait would be too late
		List<RawConnection> inTime = new ArrayList<>();
		for (RawConnection connection : this.connections) {
			connection.get("/hello");
			if (System.nanoTime() - begin < MOMENT.toNanos()) { // or the machine is busy
				inTime.add(connection);
			}
		}
		Map<String, Long> outcomes = outcomes(inTime, RawConnection::readStatus);
		System.out.println("reused: " + outcomes);
		assertThat(outcomes.keySet()).isSubsetOf("503");
		closed.get(10, TimeUnit.SECONDS);
	}

	@Test
	void aHeadThatStallsIsRefusedAndDoesNotHoldTheDrainToItsEnd() throws Exception {
		start();
		RawConnection stalled = connect(1).get(0).send("GET /hello HT");
		this.application.closeUntilBlocking().get(8, TimeUnit.SECONDS);
		assertThat(stalled.readResponse()).startsWith("HTTP/1.1 503")
			.contains("Graceful-Shutdown: rejected", "Graceful-Shutdown-Instance: ");
		assertThat(stalled.readStatus()).isEqualTo("end");
	}

	@Test
	void aHeadThatTricklesAddsNoMoreThanTwoSeconds() throws Exception {
		start();
		RawConnection trickling = connect(1).get(0).send("GET /hello HTTP/1.1\r\nX-Long: ");
		keepDoing(Duration.ofMillis(300), () -> trickling.send("x"));
		this.application.closeAsync().get(LITTLE_MORE.toMillis(), TimeUnit.MILLISECONDS);
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
		this.application.closeAsync().get(LITTLE_MORE.toMillis(), TimeUnit.MILLISECONDS);
	}

	@Test
	void newHeadsThatFollowOneAnotherAddNoMoreThanTwoSeconds() throws Exception {
		start();
		keepDoing(Duration.ofMillis(200), () -> connect(1).get(0).send("GET /hello HT"));
		this.application.closeAsync().get(LITTLE_MORE.toMillis(), TimeUnit.MILLISECONDS);
	}

	@Test
	void anUploadThatTricklesAddsNoMoreThanTwoSeconds() throws Exception {
		start("graceful.shutdown.lame-duck.maximum=20s");
		RawConnection trickling = connect(1).get(0).post("/upload", 100_000);
		keepDoing(Duration.ofMillis(300), () -> trickling.send("x"));
		this.application.awaitInFlight(1);
		this.application.closeAsync().get(LITTLE_MORE.toMillis(), TimeUnit.MILLISECONDS);
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
		this.application.closeAsync().get(LITTLE_MORE.toMillis(), TimeUnit.MILLISECONDS);
	}

	@Test
	void idleConnectionsAreGoneAtTheEndOfTheDrainAndOthersAreAccepted() throws Exception {
		start();
		connect(10).forEach((connection) -> assertThat(connection.get("/hello").readStatus()).isEqualTo("200"));
		this.application.sequence().drain().get(10, TimeUnit.SECONDS);
		assertThat(this.connections).allMatch(RawConnection::isClosedByServer);
		RawConnection late = connect(1).get(0).get("/hello");
		assertThat(late.readStatus()).isEqualTo("503");
		assertThat(late.readStatus()).isEqualTo("end");
	}

	/** Drains an application, prepared before, that has just answered a request. */
	protected final boolean isClosedByADrain(Consumer<ApplicationContext> prepare) throws Exception {
		start();
		prepare.accept(this.application.context());
		RawConnection connection = connect(1).get(0).get("/hello");
		assertThat(connection.readStatus()).isEqualTo("200");
		this.application.sequence().drain().get(10, TimeUnit.SECONDS);
		return connection.isClosedByServer();
	}

	@Test
	void aResumedInstanceKeepsItsConnections() throws Exception {
		start();
		this.application.sequence().drain().get(10, TimeUnit.SECONDS);
		this.application.sequence().resume();
		RawConnection connection = connect(1).get(0);
		for (int i = 0; i < 3; i++) {
			assertThat(connection.get("/missing").readStatus()).isEqualTo("404");
		}
	}

	@Test
	void whatCrossesTheEndOfItsConnectionIsNotExecutedWhenTheDrainWasUndone() throws Exception {
		start();
		RawConnection ended = connect(1).get(0).get("/hello");
		assertThat(ended.readStatus()).isEqualTo("200");
		this.application.sequence().drain().get(10, TimeUnit.SECONDS);
		this.application.sequence().resume();
		ended.get("/slow");
		assertThat(connect(1).get(0).get("/slow").readStatus()).isEqualTo("200");
		assertThat(this.controller.inside).hasValue(1);
	}

	@Test
	void anExemptRequestDoesNotHoldTheDrainAndIsNotCut() throws Exception {
		start("graceful.shutdown.exempt-paths=/exempt");
		RawConnection exempt = connect(1).get(0).get("/exempt");
		Awaitility.await().until(() -> this.controller.inside.get() == 1);
		this.application.sequence().drain().get(8, TimeUnit.SECONDS);
		this.controller.admit.countDown();
		assertThat(exempt.readStatus()).isEqualTo("200");
	}

	@Test
	void inTheLameDuckAGrowingShareIsToldToLeaveAndNobodyIsCutOff() {
		start("graceful.shutdown.lame-duck.minimum=" + MINIMUM.toMillis() + "ms",
				"graceful.shutdown.lame-duck.maximum=20s", "graceful.shutdown.lame-duck.quiet-period=50ms");
		connect(40).forEach((connection) -> assertThat(told(connection)).isFalse());
		Permit other = this.application.gate().enter("job", "other");
		long before = System.nanoTime();
		CompletableFuture<?> drained = this.application.sequence().drain();
		Awaitility.await().until(() -> !this.application.sequence().status().waitingFor().contains("deregistration"));
		long after = System.nanoTime();
		List<Integer> told = new ArrayList<>();
		for (double due : new double[] { 0, 0.5, 1 }) {
			Awaitility.await().until(() -> share(after) >= due);
			double least = Math.min(1, share(after));
			told.add(replaceThoseThatWereTold());
			// As by chance, which is off by so much in one of a million runs.
			assertThat((double) told.get(told.size() - 1)).isBetween(40 * least - 16, 40 * share(before) + 16);
		}
		System.out.println("told at the begin, in the middle and at the end, of 40: " + told);
		assertThat(told.get(2)).isEqualTo(40);
		assertThat(drained).isNotDone();
		other.close();
	}

	/** Returns how much of the minimum of the lame duck has passed. */
	private static double share(long sinceNanos) {
		return (double) (System.nanoTime() - sinceNanos) / MINIMUM.toNanos();
	}

	/** Uses every connection again, and returns how many are replaced by a new one. */
	private int replaceThoseThatWereTold() {
		int told = 0;
		for (int i = 0; i < this.connections.size(); i++) {
			RawConnection connection = this.connections.get(i);
			if (told(connection)) {
				assertThat(connection.readStatus()).isEqualTo("end");
				connection.close();
				this.connections.set(i, new RawConnection(this.application.port()));
				told++;
			}
		}
		return told;
	}

	private static boolean told(RawConnection connection) {
		String response = connection.get("/hello").readResponse();
		assertThat(response).startsWith("HTTP/1.1 200");
		return response.contains("Connection: close");
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

	/** Lets time pass in which a server that does not wait would have ended. */
	protected static void pass(Duration time) {
		Awaitility.await().pollDelay(time).until(() -> true);
	}

	private static Map<String, Long> outcomes(List<RawConnection> connections,
			Function<RawConnection, String> outcome) {
		return connections.stream()
			.map(outcome)
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

		@GetMapping("/hello")
		String hello() {
			return "hello";
		}

		@GetMapping({ "/exempt", "/blocking" })
		String blocking() throws InterruptedException {
			this.inside.incrementAndGet();
			this.admit.await();
			return "done";
		}

		@GetMapping("/exempt-spinning")
		String spinning() {
			this.inside.incrementAndGet();
			while (this.admit.getCount() > 0) {
				Thread.onSpinWait();
			}
			return "done";
		}

		@PostMapping("/upload")
		String upload(@RequestBody String body) {
			return "uploaded";
		}

		@PostMapping("/unread")
		String unread() throws InterruptedException {
			this.admit.await();
			return "done";
		}

		@GetMapping("/slow")
		String slow() throws InterruptedException {
			this.inside.incrementAndGet();
			this.admit.await(200, TimeUnit.MILLISECONDS);
			return "done";
		}

	}

}
