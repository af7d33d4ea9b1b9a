package io.github.gracefulshutdown.autoconfigure;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for the drain of HTTP/2, with the client of the JDK and raw frames. */
public abstract class Http2DrainContract {

	private static final int GO_AWAY = 7;

	private static final String PASSWORD = "changeit";

	private final String[] fewThreads;

	@TempDir
	@SuppressWarnings("NullAway.Init")
	private Path directory;

	@SuppressWarnings("NullAway.Init")
	private WebApplication application;

	@SuppressWarnings("NullAway.Init")
	private Controller controller;

	/**
	 * Creates tests on a container.
	 * @param fewThreads the properties that leave the container four or five threads for
	 * requests
	 */
	protected Http2DrainContract(String... fewThreads) {
		this.fewThreads = fewThreads;
	}

	private void start(String... properties) {
		String[] all = Stream.concat(Stream.of("server.http2.enabled=true"), Stream.of(properties))
			.toArray(String[]::new);
		this.application = WebApplication.start(Application.class, all);
		this.controller = this.application.context().getBean(Controller.class);
	}

	@AfterEach
	void close() {
		this.controller.admit.countDown();
		this.application.close();
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void streamsInFlightFinishAndNewOnesAreRefused(boolean tls) throws Exception {
		HttpClient client = tls ? startWithTls() : startWithoutTls();
		String scheme = tls ? "https" : "http";
		assertThat(client.send(get(scheme, "/hello"), BodyHandlers.ofString()).version()).isEqualTo(Version.HTTP_2);
		List<CompletableFuture<HttpResponse<String>>> inFlight = IntStream.range(0, 5)
			.mapToObj((i) -> client.sendAsync(get(scheme, "/blocking"), BodyHandlers.ofString()))
			.toList();
		Awaitility.await().until(() -> this.controller.inside.get() == 5);
		CompletableFuture<Void> closed = this.application.closeUntilBlocking();
		HttpResponse<String> refused = client.send(get(scheme, "/hello"), BodyHandlers.ofString());
		assertThat(refused.version()).isEqualTo(Version.HTTP_2);
		assertThat(refused.statusCode()).isEqualTo(503);
		assertThat(refused.headers().firstValue("Graceful-Shutdown")).hasValue("rejected");
		this.controller.admit.countDown();
		for (CompletableFuture<HttpResponse<String>> response : inFlight) {
			assertThat(response.get(10, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
			assertThat(response.get().body()).isEqualTo("done");
		}
		closed.get(10, TimeUnit.SECONDS);
	}

	@Test
	void streamsQueuedBehindBusyThreadsAreAnswered() throws Exception {
		HttpClient client = startWithoutTls(
				Stream.concat(Stream.of(this.fewThreads), Stream.of("graceful.shutdown.exempt-paths=/exempt"))
					.toArray(String[]::new));
		client.send(get("http", "/hello"), BodyHandlers.ofString());
		List<RawConnection> busy = IntStream.range(0, 6)
			.mapToObj((i) -> new RawConnection(this.application.port()).get("/exempt"))
			.toList();
		Awaitility.await().until(() -> this.controller.inside.get() >= 4);
		pass(Duration.ofMillis(200)); // in which one more would get a thread if there is
										// one
		List<CompletableFuture<HttpResponse<String>>> queued = IntStream.range(0, 8)
			.mapToObj((i) -> client.sendAsync(get("http", "/hello"), BodyHandlers.ofString()))
			.toList();
		List<RequestIntake> intakes = this.application.context().getBeanProvider(RequestIntake.class).stream().toList();
		// No thread looks how many.
		Awaitility.await().until(() -> intakes.stream().anyMatch((intake) -> intake.onTheWay() > 0));
		CompletableFuture<Void> closed = this.application.closeUntilBlocking();
		pass(Duration.ofMillis(300));
		this.controller.admit.countDown();
		for (CompletableFuture<HttpResponse<String>> response : queued) {
			assertThat(response.get(10, TimeUnit.SECONDS).statusCode()).isEqualTo(503);
		}
		assertThat(busy).allMatch((connection) -> connection.readStatus().equals("200"));
		closed.get(10, TimeUnit.SECONDS);
		busy.forEach(RawConnection::close);
	}

	/** Not every container tells the listeners of its end then. */
	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void aStreamThatItsClientHasCancelledIsInFlightNoLongerThanItsHandler(boolean beforeItIsAsynchronous)
			throws Exception {
		HttpClient client = startWithoutTls();
		client.send(get("http", "/hello"), BodyHandlers.ofString());
		for (int i = 0; i < 3; i++) {
			CompletableFuture<?> cancelled = client.sendAsync(get("http", "/later"), BodyHandlers.ofString());
			Later later = this.controller.later.take();
			if (!beforeItIsAsynchronous) {
				later.mayBeAsynchronous.countDown();
				pass(Duration.ofMillis(50));
			}
			cancelled.cancel(true);
			pass(Duration.ofMillis(50)); // in which the server reads the reset
			later.mayBeAsynchronous.countDown();
			pass(Duration.ofMillis(50));
			later.response.complete("late");
		}
		this.application.awaitInFlight(0);
	}

	@Test
	void anIdleConnectionIsToldToGoAwayWhenTheBlockerActsAndIsClosedInTheEnd() throws Exception {
		start();
		try (Socket socket = new Socket("localhost", this.application.port());
				RawConnection other = new RawConnection(this.application.port())) {
			socket.setSoTimeout(15_000);
			socket.getOutputStream()
				.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0".getBytes(StandardCharsets.ISO_8859_1));
			DataInputStream frames = new DataInputStream(socket.getInputStream());
			assertThat(readFrame(frames).type()).isEqualTo(4); // settings
			other.get("/blocking");
			Awaitility.await().until(() -> this.controller.inside.get() == 1);
			pass(Duration.ofMillis(500)); // in silence
			CompletableFuture<Void> closed = this.application.closeUntilBlocking();
			Frame first = readUntil(GO_AWAY, frames);
			assertThat(first.lastStreamId()).isEqualTo(Integer.MAX_VALUE);
			assertThat(closed).isNotDone();
			this.controller.admit.countDown();
			assertThat(other.readStatus()).isEqualTo("200");
			Frame last = readUntil(GO_AWAY, frames);
			assertThat(last.lastStreamId()).isZero();
			assertThat(socket.getInputStream().readAllBytes()).isEmpty();
			closed.get(10, TimeUnit.SECONDS);
		}
	}

	/** None of them is a request. */
	@Test
	@SuppressWarnings("FutureReturnValueIgnored") // ends with the test
	void aConnectionThatKeepsSendingFramesAddsNoMoreThanTwoSeconds() throws Exception {
		start();
		ScheduledExecutorService hostile = Executors.newSingleThreadScheduledExecutor();
		try (RawConnection connection = new RawConnection(this.application.port())) {
			connection.send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0");
			hostile.scheduleWithFixedDelay(() -> connection.send("\0\0\10\6\0\0\0\0\0pingpong"), 0, 30,
					TimeUnit.MILLISECONDS);
			this.application.closeAsync().get(6, TimeUnit.SECONDS);
		}
		finally {
			hostile.shutdownNow();
		}
	}

	private static Frame readUntil(int type, DataInputStream frames) throws IOException {
		Frame frame = readFrame(frames);
		while (frame.type() != type) {
			frame = readFrame(frames);
		}
		return frame;
	}

	private static Frame readFrame(DataInputStream frames) throws IOException {
		int length = frames.readUnsignedByte() << 16 | frames.readUnsignedShort();
		int type = frames.readUnsignedByte();
		frames.skipNBytes(5);
		int first = (length >= 4) ? frames.readInt() : 0;
		frames.skipNBytes((length >= 4) ? length - 4 : length);
		return new Frame(type, first & Integer.MAX_VALUE);
	}

	private HttpClient startWithoutTls(String... properties) {
		start(properties);
		return HttpClient.newBuilder().version(Version.HTTP_2).build();
	}

	private HttpClient startWithTls() throws Exception {
		Path keyStore = createKeyStore();
		start("server.ssl.key-store=" + keyStore.toUri(), "server.ssl.key-store-password=" + PASSWORD,
				"server.ssl.key-store-type=PKCS12");
		return HttpClient.newBuilder().version(Version.HTTP_2).sslContext(sslContext(keyStore)).build();
	}

	private Path createKeyStore() throws IOException, InterruptedException {
		Path keyStore = this.directory.resolve("keys.p12");
		List<String> command = new ArrayList<>();
		command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
		command.addAll(List.of("-genkeypair", "-alias", "server", "-keyalg", "RSA", "-storetype", "PKCS12"));
		command.addAll(List.of("-dname", "CN=localhost", "-ext", "san=dns:localhost", "-validity", "2"));
		command.addAll(List.of("-keystore", keyStore.toString(), "-storepass", PASSWORD));
		Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
		String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		assertThat(process.waitFor()).as(output).isZero();
		return keyStore;
	}

	private static SSLContext sslContext(Path file) throws IOException, GeneralSecurityException {
		KeyStore keyStore = KeyStore.getInstance("PKCS12");
		try (InputStream in = Files.newInputStream(file)) {
			keyStore.load(in, PASSWORD.toCharArray());
		}
		KeyStore trusted = KeyStore.getInstance("PKCS12");
		trusted.load(null, null);
		trusted.setCertificateEntry("server", keyStore.getCertificate("server"));
		TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
		trust.init(trusted);
		SSLContext context = SSLContext.getInstance("TLS");
		context.init(null, trust.getTrustManagers(), null);
		return context;
	}

	private HttpRequest get(String scheme, String path) {
		return HttpRequest.newBuilder(URI.create(scheme + "://localhost:" + this.application.port() + path))
			.timeout(Duration.ofSeconds(20))
			.build();
	}

	private static void pass(Duration time) {
		Awaitility.await().pollDelay(time).until(() -> true);
	}

	/**
	 * A frame of HTTP/2.
	 *
	 * @param type the type of the frame
	 * @param lastStreamId the last stream that is processed, if that is a GOAWAY
	 */
	private record Frame(int type, int lastStreamId) {
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

		private final BlockingQueue<Later> later = new LinkedBlockingQueue<>();

		private final AtomicInteger inside = new AtomicInteger();

		@GetMapping("/later")
		CompletableFuture<String> later() throws InterruptedException {
			Later begun = new Later();
			this.later.add(begun);
			begun.mayBeAsynchronous.await();
			return begun.response;
		}

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

	}

	/** A request that is handled without its thread. */
	private static final class Later {

		private final CountDownLatch mayBeAsynchronous = new CountDownLatch(1);

		private final CompletableFuture<String> response = new CompletableFuture<>();

	}

}
