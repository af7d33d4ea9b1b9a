package io.github.gracefulshutdown.sample.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.github.gracefulshutdown.sample.load.Callers;
import io.github.gracefulshutdown.sample.load.Load;
import io.github.gracefulshutdown.sample.load.LoadReport;
import io.github.gracefulshutdown.sample.load.Result;
import io.github.gracefulshutdown.sample.process.SampleProcess;
import io.github.gracefulshutdown.sample.process.ShutdownSummary;
import io.github.gracefulshutdown.sample.process.Stop;
import io.github.gracefulshutdown.sample.proto.StreamRequest;
import io.github.gracefulshutdown.sample.proto.WorkServiceGrpc;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.util.StringUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Stops instances with which something is wrong. Each exits in time, with the right code,
 * and says what it was; the README has the table of them all.
 */
class FaultCampaignIT {

	private static final Duration BUDGET = Duration.ofSeconds(6);

	// The watchdog needs half a second at most; the rest is for a machine with much to
	// do.
	private static final Duration TOLERANCE = Duration.ofSeconds(4);

	/** More of the same, for those who have the time. */
	private static final int ROUNDS = Integer.getInteger("campaign.rounds");

	private static final Path README = Path.of("..", "README.md");

	private static final String[] SHORT = { "--graceful.shutdown.timeout=6s",
			"--graceful.shutdown.deregistration.timeout=1s", "--graceful.shutdown.lame-duck.maximum=1s",
			"--graceful.shutdown.drain.timeout=2s", "--graceful.shutdown.executors.timeout=1s",
			"--graceful.shutdown.teardown.timeout=1s" };

	// For what ends by itself, also on a machine that is busy.
	private static final String SHORT_LAME_DUCK = "--graceful.shutdown.lame-duck.maximum=1s";

	private static final List<Socket> sockets = new CopyOnWriteArrayList<>();

	private static final List<ManagedChannel> channels = new CopyOnWriteArrayList<>();

	@AfterAll
	static void closeConnections() throws IOException {
		channels.forEach(ManagedChannel::shutdownNow);
		for (Socket socket : sockets) {
			socket.close();
		}
	}

	@ParameterizedTest
	@MethodSource("faults")
	@Execution(ExecutionMode.CONCURRENT)
	void endsInTimeAndIsNamed(Fault fault) throws IOException {
		String[] arguments = Stream.concat(Stream.of(SHORT), fault.arguments().stream()).toArray(String[]::new);
		try (SampleProcess sample = SampleProcess.startWithFaults(name(fault.toString()), arguments).awaitReady()) {
			Files.createFile(sample.terminationMessage());
			fault.provoke().accept(sample);
			Stop stop = sample.stop();
			System.out.printf("%s exit code %d after %d ms%n", fault.row(), stop.exitCode(),
					stop.duration().toMillis());
			assertThat(stop.exitCode()).as(sample::log).isEqualTo(fault.exitCode());
			assertThat(stop.duration()).isLessThan(BUDGET.plus(TOLERANCE));
			assertThat(sample.log()).contains(fault.log());
			if (!fault.log().isEmpty()) {
				assertThat(sample.log()).as("resources").containsPattern("released \\d of \\d resources \\[.*ledger");
			}
			if (fault.isHalted() && !fault.log().isEmpty() && !fault.arguments().contains("--fault=hook")) {
				assertThat(sample.log()).as("listeners").contains("Alarm: Graceful shutdown FORCED after ");
			}
			if (fault.isHalted() && Files.isRegularFile(sample.terminationMessage())) {
				assertThat(sample.terminationMessage()).content().startsWith("Graceful shutdown FORCED after ");
			}
		}
	}

	@Test
	void theReadmeHasTheTableOfAllFaults() throws IOException {
		List<String> rows = Files.readAllLines(README)
			.stream()
			.dropWhile((line) -> !line.equals("## What it survives"))
			.takeWhile((line) -> !line.equals("## Troubleshooting"))
			.filter((line) -> line.startsWith("|"))
			.skip(2) // the head
			.toList();
		assertThat(oneRound()).extracting(Fault::row).containsExactlyElementsOf(rows);
	}

	static Stream<Fault> faults() {
		return IntStream.rangeClosed(1, ROUNDS)
			.boxed()
			.flatMap((round) -> oneRound().map((fault) -> fault.inRound(round)));
	}

	private static Stream<Fault> oneRound() {
		return Stream.of(
				Fault.halted("a handler sleeps and ignores interrupts", "StuckHandlers.sleep(")
					.afterRequests("sleep", "/fault/sleep"),
				Fault.halted("a handler is in an endless loop", "StuckHandlers.spin(")
					.afterRequests("busy", "/fault/busy"),
				Fault.halted("two handlers wait for each other", "deadlock: thread http-nio-")
					.afterRequests("deadlock", "/fault/deadlock/left", "/fault/deadlock/right"),
				Fault.halted("a client never reads its answer", "StuckHandlers.answerLarge(")
					.after(FaultCampaignIT::askAndNeverRead),
				Fault.halted("a stream over gRPC never ends", "grpc sample.WorkService/Stream")
					.with("--logging.level.io.github.gracefulshutdown.sample=debug")
					.after(FaultCampaignIT::streamForGood),
				Fault.halted("a bean hangs when it is destroyed", "StuckBeans$HangingBean.destroy(")
					.with("--fault=destroy"),
				Fault.halted("a lifecycle bean hangs when it is stopped", "has not stopped: hangingStop")
					.with("--fault=stop"),
				Fault.halted("a hook of the JVM hangs, and the log has ended", "has not stopped: thread hanging-hook")
					.with("--fault=hook"),
				Fault.halted("`System.exit` is called while the context closes", "java.lang.System.exit(")
					.with("--fault=exit"),
				Fault.haltedSilently("nobody reads the console, and whoever logs has to wait")
					.afterRequests("console", "/fault/console"),
				Fault
					.halted("the disk is full when the termination message is written",
							"Could not write the reason of the shutdown to")
					.after(FaultCampaignIT::fillDisk)
					.afterRequests("sleep", "/fault/sleep"),
				Fault
					.survived("the queue of an executor is full behind a task that does not end",
							"99 dropped that had not begun")
					.with("--fault=queue"),
				Fault
					.survived("a thousand listeners are told of every stage, and one hangs",
							"A listener for stage LAME_DUCK failed")
					.with("--fault=listeners"),
				Fault
					.survived("one resource fails and another hangs when they are released",
							"Could not release 'hanging'")
					.with("--fault=teardown"),
				Fault.survived("300 threads that are no daemons go on", "Graceful shutdown ended CLEAN")
					.afterRequests("threads", "/fault/threads"));
	}

	private static String name(String description) {
		return "fault-" + description.replaceAll("\\W+", "-");
	}

	/**
	 * Whether anything is said depends on whether there is the memory to say it, and a
	 * JVM that collects garbage all the time needs its time for everything.
	 */
	@Test
	void endsInTimeWithoutMemory() {
		try (SampleProcess sample = SampleProcess.startWithFaults(name("heap"), SHORT).awaitReady()) {
			CompletableFuture<?> answer = sample.begin("/fault/heap");
			sample.awaitLog("Fault begins: heap");
			assertThat(answer).isNotDone();
			Stop stop = sample.stop();
			System.out.printf("without memory: exit code %d after %d ms%n", stop.exitCode(),
					stop.duration().toMillis());
			assertThat(stop.exitCode()).isOne();
			assertThat(stop.duration()).isLessThan(SampleProcess.BUDGET);
		}
	}

	@Test
	void clientsOf500EndlessResponsesAreSentAway() {
		try (SampleProcess sample = SampleProcess.startWithFaults(name("sse"), SHORT_LAME_DUCK).awaitReady()) {
			List<CompletableFuture<HttpResponse<String>>> answers = IntStream.range(0, 500)
				.mapToObj((number) -> sample.begin("/fault/sse"))
				.toList();
			Awaitility.await()
				.atMost(Duration.ofSeconds(60))
				.until(() -> StringUtils.countOccurrencesOf(sample.log(), "Fault begins: sse") == 500);
			Stop stop = sample.stop();
			assertThat(stop.exitCode()).isEqualTo(Stop.TERMINATED);
			assertThat(stop.summaries()).extracting(ShutdownSummary::outcome).containsExactly("CLEAN");
			assertThat(answers).extracting(CompletableFuture::join)
				.extracting(HttpResponse::body)
				.allMatch((body) -> body.contains("welcome"));
		}
	}

	@Test
	void clientsOf500WebSocketsAreSentAway() {
		try (SampleProcess sample = SampleProcess.startWithFaults(name("websocket"), SHORT_LAME_DUCK).awaitReady()) {
			URI uri = URI.create("ws://localhost:" + sample.instance().httpPort() + "/fault/websocket");
			List<CloseCode> codes = IntStream.range(0, 500).mapToObj((number) -> new CloseCode()).toList();
			HttpClient client = HttpClient.newHttpClient();
			for (CloseCode code : codes) {
				assertThat(client.newWebSocketBuilder().buildAsync(uri, code).join().isInputClosed()).isFalse();
			}
			Stop stop = sample.stop();
			assertThat(stop.exitCode()).isEqualTo(Stop.TERMINATED);
			assertThat(stop.summaries()).extracting(ShutdownSummary::outcome).containsExactly("CLEAN");
			assertThat(codes).extracting((code) -> code.received.join()).containsOnly(1012);
		}
	}

	@Test
	@Execution(ExecutionMode.CONCURRENT)
	void theCloseOfAChildContextIsNoShutdown() {
		try (SampleProcess sample = SampleProcess.startWithFaults(name("child"), SHORT).awaitReady()) {
			assertThat(sample.begin("/fault/child").join().body()).isEqualTo("closed");
			assertThat(sample.begin("/actuator/drain").join().body()).contains("SERVING");
			assertThat(sample.stop().exitCode()).isEqualTo(Stop.TERMINATED);
		}
	}

	/** Whoever wins, it ends once and in time. */
	@Test
	void drainsResumesAndSignalsRace() {
		try (SampleProcess sample = SampleProcess.startWithFaults(name("race"), SHORT).awaitReady()) {
			List<CompletableFuture<HttpResponse<String>>> answers = IntStream.range(0, 40)
				.mapToObj((number) -> (number % 2 == 0) ? sample.drain(Duration.ZERO) : sample.resume())
				.toList();
			answers.get(5).join();
			sample.terminate();
			sample.signal("TERM");
			Stop stop = sample.awaitStop();
			assertThat(stop.exitCode()).isEqualTo(Stop.TERMINATED);
			assertThat(stop.summaries()).hasSize(1);
			assertThat(stop.duration()).isLessThan(BUDGET.plus(TOLERANCE));
			assertThat(answers.stream().filter((answer) -> !answer.isCompletedExceptionally()))
				.extracting(CompletableFuture::join)
				.extracting(HttpResponse::statusCode)
				.containsAnyOf(200, 202)
				.isSubsetOf(200, 202, 409);
		}
	}

	/**
	 * Without a lame duck requests are refused, or meet the end of their connection. What
	 * was not answered was not executed.
	 */
	@Test
	void drainsAndResumes200TimesUnderLoad() {
		try (SampleProcess sample = SampleProcess
			.startWithoutRegistry(name("cycles"), "--graceful.shutdown.lame-duck.maximum=0")
			.awaitReady(); Callers callers = new Callers(sample.instance()); Load load = Load.start(callers, 100)) {
			load.awaitOutcomes(100);
			for (int cycle = 0; cycle < 200 * ROUNDS; cycle++) {
				assertThat(sample.drain(Duration.ofSeconds(10)).join().statusCode()).isEqualTo(200);
				assertThat(sample.resume().join().statusCode()).isEqualTo(200);
			}
			load.awaitOutcomes(100);
			List<Result> results = load.stop();
			assertThat(sample.stop().exitCode()).isEqualTo(Stop.TERMINATED);
			LoadReport report = new LoadReport(results, sample.executions());
			System.out.printf("%d drains and resumes: %d requests, %d refused%n", 200 * ROUNDS, report.sent(),
					report.rejected());
			assertThat(report.executedInVain()).as(report::toString).isZero();
			assertThat(report.executedTwice()).isZero();
			assertThat(report.rejected()).isPositive();
		}
	}

	/** Without a deadline: it would end the stream on a machine with much to do. */
	private static void streamForGood(SampleProcess sample) {
		ManagedChannel channel = Grpc
			.newChannelBuilderForAddress("localhost", sample.instance().grpcPort(), InsecureChannelCredentials.create())
			.build();
		channels.add(channel); // open to the end
		String id = UUID.randomUUID().toString();
		WorkServiceGrpc.newBlockingStub(channel)
			.stream(StreamRequest.newBuilder().setRequestId(id).setN(1).setMs(Integer.MAX_VALUE).build());
		sample.awaitLog(id + " begins");
	}

	private static void fillDisk(SampleProcess sample) {
		try {
			Files.delete(sample.terminationMessage());
			Files.createSymbolicLink(sample.terminationMessage(), Path.of("/dev/full"));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static void askAndNeverRead(SampleProcess sample) {
		try {
			Socket socket = new Socket("localhost", sample.instance().httpPort());
			sockets.add(socket); // open to the end
			socket.getOutputStream()
				.write("GET /fault/large HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
			sample.awaitLog("Fault begins: large");
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** Remembers with which code the server has closed. */
	private static final class CloseCode implements WebSocket.Listener {

		private final CompletableFuture<Integer> received = new CompletableFuture<>();

		@Override
		public @Nullable CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
			this.received.complete(code);
			return null;
		}

		@Override
		public void onError(WebSocket socket, Throwable failure) {
			this.received.completeExceptionally(failure);
		}

	}

}
