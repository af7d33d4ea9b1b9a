package io.github.gracefulshutdown.benchmarks.endtoend;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

import org.awaitility.Awaitility;

/**
 * The packaged sample as a process.
 *
 * @param name the name of the variant
 * @param process the process
 * @param port the port of its HTTP server
 */
record Sample(String name, Process process, int port) implements AutoCloseable {

	/**
	 * Starts the sample with a database in memory, no disk, and waits until it is ready.
	 */
	static Sample start(String name, Path jar, String... arguments) throws IOException {
		int port = freePort();
		Path directory = Files.createTempDirectory(Path.of(""), "sample-" + name).toAbsolutePath();
		List<String> command = Stream
			.concat(Stream.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx1g", "-jar",
					jar.toString(), "--server.port=" + port, "--grpc.server.port=" + freePort(),
					"--eureka.client.enabled=false", "--spring.datasource.url=jdbc:h2:mem:ledger"),
					Stream.of(arguments))
			.toList();
		Process process = new ProcessBuilder(command).redirectErrorStream(true)
			.redirectOutput(directory.resolve("sample.log").toFile())
			.start();
		Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
		Sample sample = new Sample(name, process, port);
		HttpRequest request = HttpRequest.newBuilder(sample.uri()).build();
		Awaitility.await("answer of the sample " + name)
			.atMost(Duration.ofSeconds(60))
			.ignoreExceptionsInstanceOf(IOException.class)
			.until(() -> HttpClient.newHttpClient().send(request, BodyHandlers.discarding()).statusCode() == 200);
		return sample;
	}

	private static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0)) {
			return socket.getLocalPort();
		}
	}

	/** Puts as much load on the sample as it can take. */
	Load load(int seconds) throws IOException, InterruptedException {
		return Load.put(uri(), this.process.toHandle(), seconds);
	}

	private URI uri() {
		return URI.create("http://localhost:" + this.port + "/work?ms=0");
	}

	@Override
	public void close() {
		this.process.destroyForcibly().onExit().join();
	}

}
