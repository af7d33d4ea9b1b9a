package io.github.gracefulshutdown.sample.process;

import java.io.File;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

import io.github.gracefulshutdown.sample.SampleApplication;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** The packaged sample as a process on free ports, with a ledger of its own. */
public final class SampleProcess implements AutoCloseable {

	/** No stop may take longer: {@code graceful.shutdown.timeout} of the sample. */
	public static final Duration BUDGET = Duration.ofSeconds(25);

	private static final String DRAIN = "/actuator/drain";

	private static final String WITHOUT_REGISTRY = "--eureka.client.enabled=false";

	private final String name;

	private final ChildProcess process;

	private final Path directory;

	private final Instance instance;

	private @Nullable Long terminatedNanos;

	private SampleProcess(String name, Instance instance, String classPath, Stream<String> arguments) {
		this(name, instance, Stream.of("-classpath", classPath), arguments);
	}

	private SampleProcess(String name, Instance instance, Stream<String> options, Stream<String> arguments) {
		this.name = name;
		this.directory = BuildDirectory.emptyDirectory(name);
		this.instance = instance;
		Stream<String> launcher = Stream.of("-XX:SharedArchiveFile=" + BuildDirectory.sampleClasses());
		Stream<String> ownArguments = Stream.of("--server.port=" + this.instance.httpPort(),
				"--grpc.server.port=" + this.instance.grpcPort(), "--sample.ledger.directory=" + this.directory,
				"--graceful.shutdown.termination-message-path=" + terminationMessage());
		this.process = ChildProcess.startJava(this.directory.resolve("sample.log"),
				Stream.of(launcher, options, Stream.of(SampleApplication.class.getName()), ownArguments, arguments)
					.flatMap((part) -> part));
	}

	/**
	 * Starts an instance that registers.
	 * @param name the name of the instance, unique in a run
	 * @param registry the registry
	 * @param arguments the command line arguments
	 * @return the process, which may not be ready yet
	 */
	public static SampleProcess start(String name, RegistryProcess registry, String... arguments) {
		return new SampleProcess(name, newInstance(), BuildDirectory.sampleJar().toString(),
				with("--eureka.client.service-url.defaultZone=" + registry.url(), arguments));
	}

	/**
	 * Starts an instance that registers, from what Spring has generated ahead of time.
	 * @param name the name of the instance, unique in a run
	 * @param registry the registry
	 * @param arguments the command line arguments
	 * @return the process, which may not be ready yet
	 */
	public static SampleProcess startAheadOfTime(String name, RegistryProcess registry, String... arguments) {
		Instance instance = newInstance();
		Stream<String> registration = Stream.of("--eureka.client.service-url.defaultZone=" + registry.url(),
				// Processed ahead of time, net.devh's starter does not say it in time.
				"--eureka.instance.metadata-map[gRPC_port]=" + instance.grpcPort());
		return new SampleProcess(name, instance,
				Stream.of("-Dspring.aot.enabled=true", "-classpath", AheadOfTime.process()),
				Stream.concat(registration, Arrays.stream(arguments)));
	}

	/**
	 * Starts an instance that no registry knows.
	 * @param name the name of the instance, unique in a run
	 * @param arguments the command line arguments
	 * @return the process, which may not be ready yet
	 */
	public static SampleProcess startWithoutRegistry(String name, String... arguments) {
		return startOn(newInstance(), name, arguments);
	}

	/**
	 * Starts an instance that no registry knows on ports that were in use before.
	 * @param instance where the instance is to be
	 * @param name the name of the instance, unique in a run
	 * @param arguments the command line arguments
	 * @return the process, which may not be ready yet
	 */
	public static SampleProcess startOn(Instance instance, String name, String... arguments) {
		return new SampleProcess(name, instance, BuildDirectory.sampleJar().toString(),
				with(WITHOUT_REGISTRY, arguments));
	}

	/**
	 * Starts an instance that no registry knows and that can be stuck, see package
	 * {@code fault}.
	 * @param name the name of the instance, unique in a run
	 * @param arguments the command line arguments
	 * @return the process, which may not be ready yet
	 */
	public static SampleProcess startWithFaults(String name, String... arguments) {
		return new SampleProcess(name, newInstance(),
				BuildDirectory.sampleJar() + File.pathSeparator + BuildDirectory.testClasses(),
				with(WITHOUT_REGISTRY, arguments));
	}

	private static Instance newInstance() {
		return new Instance("localhost", FreePorts.next(), FreePorts.next());
	}

	private static Stream<String> with(String argument, String... arguments) {
		return Stream.concat(Stream.of(argument), Arrays.stream(arguments));
	}

	public String name() {
		return this.name;
	}

	public Instance instance() {
		return this.instance;
	}

	public SampleProcess awaitReady() {
		this.process.awaitOk(uri("/actuator/health/readiness"));
		return this;
	}

	public SampleProcess awaitLog(String text) {
		Awaitility.await(text).atMost(Duration.ofSeconds(60)).until(() -> this.process.log().contains(text));
		return this;
	}

	/**
	 * {@return when the last line with the text was logged}
	 */
	public OffsetDateTime loggedAt(String text) {
		return this.process.log()
			.lines()
			.filter((line) -> line.contains(text))
			.map((line) -> OffsetDateTime.parse(line.substring(0, line.indexOf(' '))))
			.max(Comparator.naturalOrder())
			.orElseThrow();
	}

	public HttpResponse<String> post(String path) {
		return this.process.send(HttpRequest.newBuilder(uri(path)).POST(BodyPublishers.noBody()).build());
	}

	/** Sends a request that may take its time. */
	public CompletableFuture<HttpResponse<String>> begin(String path) {
		return this.process.sendAsync(HttpRequest.newBuilder(uri(path)).build());
	}

	/** Has the endpoint drain the instance. */
	public CompletableFuture<HttpResponse<String>> drain(Duration wait) {
		return this.process.sendAsync(HttpRequest.newBuilder(uri(DRAIN + "?wait=" + wait.toMillis() + "ms"))
			.POST(BodyPublishers.noBody())
			.build());
	}

	/** Has the endpoint undo a drain. */
	public CompletableFuture<HttpResponse<String>> resume() {
		return this.process.sendAsync(HttpRequest.newBuilder(uri(DRAIN)).DELETE().build());
	}

	/**
	 * {@return what the instance has logged so far}
	 */
	public String log() {
		return this.process.log();
	}

	/** Sends a signal, such as {@code INT}. */
	public void signal(String name) {
		if (this.terminatedNanos == null) {
			this.terminatedNanos = System.nanoTime();
		}
		this.process.signal(name);
	}

	/** Sends SIGTERM. */
	public void terminate() {
		signal("TERM");
	}

	/** Sends SIGTERM and waits for the exit. */
	public Stop stop() {
		terminate();
		return awaitStop();
	}

	/** Waits for the exit after SIGTERM, longer than it may take. */
	public Stop awaitStop() {
		int exitCode = this.process.awaitExit(BUDGET.plusSeconds(20));
		return new Stop(this.name, exitCode,
				Duration.ofNanos(this.process.exitNanos() - Objects.requireNonNull(this.terminatedNanos)),
				ShutdownSummary.allIn(this.process.log()));
	}

	/** Returns where the instance leaves the reason of its end, if the file exists. */
	public Path terminationMessage() {
		return this.directory.resolve("termination-log");
	}

	/**
	 * {@return what the ledger remembers, once the process has ended}
	 */
	public List<RecordedExecution> executions() {
		return RecordedExecution.allIn(this.directory.resolve("ledger"));
	}

	@Override
	public void close() {
		this.process.close();
	}

	private URI uri(String path) {
		return URI.create("http://localhost:" + this.instance.httpPort() + path);
	}

}
