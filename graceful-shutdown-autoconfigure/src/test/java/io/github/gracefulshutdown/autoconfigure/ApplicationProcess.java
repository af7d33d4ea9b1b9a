package io.github.gracefulshutdown.autoconfigure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.awaitility.Awaitility;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application in a process of its own, with the class path of the tests and its output
 * in a file. It is killed when it is closed, and at the latest when this JVM ends.
 */
public final class ApplicationProcess implements AutoCloseable {

	private static final String JAVA = Path.of(System.getProperty("java.home"), "bin", "java").toString();

	private static final Duration PATIENCE = Duration.ofSeconds(50);

	private final Process process;

	private final Path log;

	private ApplicationProcess(Process process, Path log) {
		this.process = process;
		this.log = log;
	}

	/** Starts the application with the arguments of a command line. */
	public static ApplicationProcess start(Class<?> application, String... arguments) {
		return start(Map.of(), application, arguments);
	}

	/** Starts the application with more variables in its environment. */
	public static ApplicationProcess start(Map<String, String> environment, Class<?> application, String... arguments) {
		String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
		// A shell without job control has what it starts in the background ignore Ctrl-C.
		ProcessBuilder builder = new ProcessBuilder(Stream
			.concat(Stream.of("env", "--default-signal=INT", JAVA, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC",
					"-Xmx256m", "-cp", classPath, application.getName()), Stream.of(arguments))
			.toList());
		builder.environment().putAll(environment);
		try {
			Path log = Files.createTempFile(application.getSimpleName(), ".log");
			log.toFile().deleteOnExit();
			Process process = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
			Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
			return new ApplicationProcess(process, log);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** Waits for a line that has a match of the pattern, and returns that. */
	public MatchResult awaitLog(String pattern) {
		Matcher[] found = new Matcher[1];
		Awaitility.await("'" + pattern + "' in the log").atMost(PATIENCE).until(() -> {
			boolean alive = this.process.isAlive();
			found[0] = Pattern.compile(pattern).matcher(log());
			boolean matches = found[0].find();
			assertThat(alive || matches).as("%s in the log of a process that has ended:%n%s", pattern, log()).isTrue();
			return matches;
		});
		return found[0].toMatchResult();
	}

	/** Sends a signal, such as {@code TERM}. */
	public void signal(String name) {
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

	/** Waits for the end of the process and returns its exit code. */
	public int awaitExit(Duration timeout) {
		try {
			assertThat(this.process.waitFor(timeout.toNanos(), TimeUnit.NANOSECONDS))
				.as("exit within %s, log:%n%s", timeout, log())
				.isTrue();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
		return this.process.exitValue();
	}

	/** Returns what the process has written so far. */
	public String log() {
		try {
			return Files.readString(this.log);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public void close() {
		this.process.destroyForcibly().onExit().join();
	}

}
