package io.github.gracefulshutdown.sample.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

import org.awaitility.Awaitility;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A process with its output in a file. It is killed when it is closed, and at the latest
 * when this JVM ends.
 */
final class ChildProcess implements AutoCloseable {

	private static final String JAVA = Path.of(System.getProperty("java.home"), "bin", "java").toString();

	// A shell without job control has what it starts in the background ignore Ctrl-C, and
	// so has whoever that starts.
	private static final List<String> LISTENING = List.of("env", "--default-signal=INT");

	private static final List<String> SMALL = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m");

	private static final HttpClient HTTP = HttpClient.newHttpClient();

	private final Process process;

	private final Path log;

	private final CompletableFuture<Long> exitNanos;

	private ChildProcess(Process process, Path log) {
		this.process = process;
		this.log = log;
		this.exitNanos = process.onExit().thenApply((exited) -> System.nanoTime());
	}

	/** Starts a JVM, small enough for several to share two cores. */
	static ChildProcess startJava(Path log, Stream<String> arguments) {
		return start(log,
				Stream.of(LISTENING.stream(), Stream.of(JAVA), SMALL.stream(), arguments)
					.flatMap((part) -> part)
					.toList());
	}

	static ChildProcess start(Path log, List<String> command) {
		try {
			Files.createDirectories(log.getParent());
			Process process = new ProcessBuilder(command).redirectErrorStream(true)
				.redirectOutput(log.toFile())
				.start();
			Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
			return new ChildProcess(process, log);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	void awaitOk(URI uri) {
		Awaitility.await("answer from " + uri)
			.atMost(Duration.ofSeconds(60))
			.pollInterval(Duration.ofMillis(100))
			.failFast(() -> assertThat(this.process.isAlive()).as(this::log).isTrue())
			.ignoreExceptions()
			.until(() -> send(HttpRequest.newBuilder(uri).build()).statusCode() == 200);
	}

	HttpResponse<String> send(HttpRequest request) {
		try {
			return HTTP.send(request, BodyHandlers.ofString());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	CompletableFuture<HttpResponse<String>> sendAsync(HttpRequest request) {
		return HTTP.sendAsync(request, BodyHandlers.ofString());
	}

	void signal(String name) {
		try {
			new ProcessBuilder("sh", "-c", "kill -%s %d".formatted(name, this.process.pid())).start().waitFor();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * {@return the exit code}
	 */
	int awaitExit(Duration timeout) {
		Awaitility.await("exit, see " + this.log).atMost(timeout).until(this.exitNanos::isDone);
		return this.process.exitValue();
	}

	/**
	 * {@return when the process ended, in the time of {@link System#nanoTime()}}
	 */
	long exitNanos() {
		return this.exitNanos.join();
	}

	String log() {
		try {
			return Files.readString(this.log);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public void close() {
		this.process.destroyForcibly();
		this.exitNanos.join();
	}

}
