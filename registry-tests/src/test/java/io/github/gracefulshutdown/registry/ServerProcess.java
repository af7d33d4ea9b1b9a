package io.github.gracefulshutdown.registry;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

import org.awaitility.Awaitility;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A registry that is a process of its own. It is killed when it is closed, and at the
 * latest when this JVM ends.
 */
final class ServerProcess implements AutoCloseable {

	private final Process process;

	private final Path log;

	private ServerProcess(Process process, Path log) {
		this.process = process;
		this.log = log;
		Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
	}

	static ServerProcess start(Path directory, List<String> command) {
		try {
			Path log = Files.createDirectories(directory).resolve("server.log");
			return new ServerProcess(new ProcessBuilder(command).directory(directory.toFile())
				.redirectErrorStream(true)
				.redirectOutput(log.toFile())
				.start(), log);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** Returns where the tests keep what belongs to the server. */
	static Path directory(String name) {
		return Path.of(System.getProperty("registries.directory"), name);
	}

	/** Returns a port that is free, as are those at the offsets from it. */
	static int freePort(int... offsets) {
		for (int attempt = 0; attempt < 100; attempt++) {
			int port = 10_000 + (int) (Math.random() * 20_000);
			if (IntStream.concat(IntStream.of(0), IntStream.of(offsets)).allMatch((offset) -> isFree(port + offset))) {
				return port;
			}
		}
		throw new IllegalStateException("No free port found");
	}

	private static boolean isFree(int port) {
		try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
			return socket.isBound();
		}
		catch (IOException ex) {
			return false;
		}
	}

	ServerProcess awaitOk(URI uri) {
		Awaitility.await("answer from " + uri)
			.atMost(Duration.ofSeconds(60))
			.failFast(() -> assertThat(this.process.isAlive()).as(this::output).isTrue())
			.ignoreExceptions()
			.until(() -> Http.status(uri) == 200);
		return this;
	}

	private String output() {
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
		this.process.onExit().join();
	}

}
