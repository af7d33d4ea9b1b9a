package io.github.gracefulshutdown.autoconfigure;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs programs as processes that are killed when their time is over. */
final class ProcessCommands implements Commands {

	private static final Logger logger = LoggerFactory.getLogger(ProcessCommands.class);

	private final Duration timeout;

	/**
	 * Creates the commands.
	 * @param timeout how long a program may take
	 */
	ProcessCommands(Duration timeout) {
		this.timeout = timeout;
	}

	// What it writes is a few lines, which a pipe holds until the program has ended.
	@Override
	public @Nullable String run(List<String> command) {
		Process process = null;
		try {
			process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
			process.getOutputStream().close();
			if (!process.waitFor(this.timeout.toMillis(), TimeUnit.MILLISECONDS) || process.exitValue() != 0) {
				return null;
			}
			return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return null;
		}
		catch (IOException | RuntimeException ex) { // not there, or not allowed
			logger.debug("Could not run {}", command, ex);
			return null;
		}
		finally {
			if (process != null) {
				process.destroyForcibly();
			}
		}
	}

}
