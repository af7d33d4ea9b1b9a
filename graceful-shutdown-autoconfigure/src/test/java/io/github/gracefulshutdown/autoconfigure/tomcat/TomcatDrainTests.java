package io.github.gracefulshutdown.autoconfigure.tomcat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.github.gracefulshutdown.Stage;
import io.github.gracefulshutdown.autoconfigure.RawConnection;
import io.github.gracefulshutdown.autoconfigure.WebApplication;
import org.assertj.core.api.Assumptions;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for what Tomcat has received and not handed over when the drain begins. Losses
 * that do not depend on who is faster are shown by a twin that does without the intake.
 */
class TomcatDrainTests {

	private static final String WITHOUT_INTAKE = "spring.autoconfigure.exclude="
			+ TomcatDrainAutoConfiguration.class.getName();

	private final List<RawConnection> connections = new ArrayList<>();

	@SuppressWarnings("NullAway.Init")
	private WebApplication application;

	@SuppressWarnings("NullAway.Init")
	private Controller controller;

	String[] properties() {
		return new String[0];
	}

	/** Sends as many exempt requests as have threads at a time. */
	List<RawConnection> occupyAllThreads() {
		List<RawConnection> busy = connect(4);
		busy.forEach((connection) -> connection.get("/exempt"));
		return busy;
	}

	private void start(String... properties) {
		this.application = WebApplication.start(Application.class,
				Stream.concat(Stream.of(properties), Stream.of(properties())).toArray(String[]::new));
		this.controller = this.application.context().getBean(Controller.class);
	}

	@AfterEach
	void close() {
		this.controller.admit.countDown();
		this.application.close();
		this.connections.forEach(RawConnection::close);
	}

	@Test
	void requestsQueuedBehindBusyThreadsAreAnswered() throws Exception {
		start("server.tomcat.threads.max=4", "graceful.shutdown.exempt-paths=/exempt*");
		assertThat(outcomesOfQueuedRequests()).isEqualTo(Map.of("200", this.connections.size() - 16L, "503", 16L));
	}

	@Test
	void requestsQueuedBehindBusyThreadsAreLostWithoutTheIntake() throws Exception {
		start("server.tomcat.threads.max=4", "graceful.shutdown.exempt-paths=/exempt*", WITHOUT_INTAKE);
		assertThat(outcomesOfQueuedRequests()).doesNotContainKey("503");
	}

	/** Threads that the gate does not know of are busy, and 16 requests wait for one. */
	private Map<String, Long> outcomesOfQueuedRequests() throws Exception {
		int busy = occupyAllThreads().size();
		Awaitility.await().until(() -> this.controller.inside.get() == busy);
		List<RawConnection> queued = connect(16);
		queued.forEach((connection) -> connection.get("/hello"));
		CompletableFuture<Void> closed = closeUntilBlocking();
		pass(Duration.ofMillis(300));
		this.controller.admit.countDown();
		closed.get(10, TimeUnit.SECONDS);
		return outcomes(this.connections, RawConnection::readStatus);
	}

	@Test
	void anOverloadedInstanceAnswersAllThatIsOutstanding() throws Exception {
		start("server.tomcat.threads.max=4");
		Map<String, Long> outcomes = outcomesOfAnOverloadedInstance();
		System.out.println("overloaded: " + outcomes);
		assertThat(outcomes.keySet()).isSubsetOf("200", "503");
	}

	private Map<String, Long> outcomesOfAnOverloadedInstance() throws Exception {
		List<RawConnection> outstanding = connect(20);
		outstanding.forEach((connection) -> connection.get("/slow"));
		Awaitility.await().until(() -> this.controller.inside.get() >= 4);
		closeUntilBlocking().get(10, TimeUnit.SECONDS);
		return outcomes(outstanding, RawConnection::readStatus);
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
		connect(10);
		this.connections.forEach((connection) -> connection.send("GET /hello HT"));
		List<RawConnection> silent = connect(10);
		CompletableFuture<Void> closed = closeUntilBlocking();
		pass(Duration.ofMillis(300));
		used.forEach((connection) -> connection.send("TP/1.1\r\nHost: localhost\r\n\r\n"));
		this.connections.subList(10, 20).forEach((connection) -> connection.send("TP/1.1\r\nHost: localhost\r\n\r\n"));
		silent.forEach((connection) -> connection.get("/hello"));
		Map<String, Long> outcomes = outcomes(this.connections, RawConnection::readStatus);
		closed.get(10, TimeUnit.SECONDS);
		return outcomes;
	}

	@Test
	void idleConnectionsThatAreUsedAgainAtThatMomentAreAnswered() throws Exception {
		start();
		assertThat(outcomesOfReusedConnections()).isEqualTo(Map.of("503", 150L));
	}

	/** Each is used again within the time for which a connection counts as in use. */
	private Map<String, Long> outcomesOfReusedConnections() throws Exception {
		connect(150).forEach((connection) -> connection.get("/hello").readResponse());
		CompletableFuture<Void> closed = closeUntilBlocking();
		long begin = System.nanoTime();
		this.connections.forEach((connection) -> connection.get("/hello"));
		Duration took = Duration.ofNanos(System.nanoTime() - begin);
		Map<String, Long> outcomes = outcomes(this.connections, RawConnection::readStatus);
		System.out.println("reused: " + outcomes);
		closed.get(10, TimeUnit.SECONDS);
		Assumptions.assumeThat(took).as("a machine that is not too busy").isLessThan(Duration.ofMillis(60));
		return outcomes;
	}

	@Test
	void aHeadThatStallsIsRefusedAndDoesNotHoldTheDrainToItsEnd() throws Exception {
		start();
		RawConnection stalled = connect(1).get(0).send("GET /hello HT");
		closeUntilBlocking().get(8, TimeUnit.SECONDS);
		assertThat(stalled.readResponse()).startsWith("HTTP/1.1 503").contains("Graceful-Shutdown: rejected");
		assertThat(stalled.readStatus()).isEqualTo("end");
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
		start("graceful.shutdown.lame-duck.minimum=5s", "graceful.shutdown.lame-duck.maximum=8s",
				"graceful.shutdown.lame-duck.quiet-period=8s");
		connect(40).forEach((connection) -> assertThat(told(connection)).isFalse());
		long begin = System.nanoTime();
		CompletableFuture<?> drained = this.application.sequence().drain();
		List<Integer> told = new ArrayList<>();
		for (int tenth = 0; tenth <= 10; tenth += 5) {
			Duration due = Duration.ofMillis(tenth * 500L + ((tenth == 10) ? 200 : 0));
			Awaitility.await()
				.pollInterval(Duration.ofMillis(10))
				.until(() -> System.nanoTime() - begin > due.toNanos());
			told.add(replaceThoseThatWereTold());
		}
		System.out.println("told at the begin, in the middle and at the end, of 40: " + told);
		assertThat(told.get(0)).isLessThan(20);
		assertThat(told.get(1)).isBetween(2, 38);
		assertThat(told.get(2)).isEqualTo(40);
		assertThat(drained).isNotDone();
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

	final List<RawConnection> connect(int count) {
		List<RawConnection> opened = IntStream.range(0, count)
			.mapToObj((i) -> new RawConnection(this.application.port()))
			.toList();
		this.connections.addAll(opened);
		return opened;
	}

	private CompletableFuture<Void> closeUntilBlocking() {
		CompletableFuture<Void> closed = CompletableFuture.runAsync(this.application::close);
		Awaitility.await()
			.pollInterval(Duration.ofMillis(1))
			.until(() -> this.application.sequence().stage().compareTo(Stage.BLOCKING) >= 0);
		return closed;
	}

	/** Lets time pass in which a server that does not wait would have ended. */
	private static void pass(Duration time) {
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

		@GetMapping("/slow")
		String slow() throws InterruptedException {
			this.inside.incrementAndGet();
			this.admit.await(200, TimeUnit.MILLISECONDS);
			return "done";
		}

	}

}
