package io.github.gracefulshutdown.autoconfigure;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file whose words Kubernetes shows as the reason why a container has ended. It is
 * written only where it exists, because it is the platform that makes it.
 */
final class TerminationMessage {

	// https://kubernetes.io/docs/tasks/debug/debug-application/determine-reason-pod-failure/
	private static final int MAX_BYTES = 4096;

	private static final Logger logger = LoggerFactory.getLogger(TerminationMessage.class);

	private final Path file;

	TerminationMessage(Path file) {
		this.file = file;
	}

	/** Returns the message in the file of the given name, whatever that is. */
	static TerminationMessage in(String name) {
		try {
			return new TerminationMessage(Path.of(name));
		}
		catch (InvalidPathException ex) { // as good as a file that is not there
			return new TerminationMessage(Path.of(""));
		}
	}

	Path file() {
		return this.file;
	}

	/** Writes the text instead of what was there. A failure is logged. */
	void write(String text) {
		if (Files.isDirectory(this.file) || !Files.isWritable(this.file)) {
			return;
		}
		byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
		try {
			Files.write(this.file, Arrays.copyOf(bytes, Math.min(bytes.length, MAX_BYTES)), StandardOpenOption.WRITE,
					StandardOpenOption.TRUNCATE_EXISTING);
		}
		catch (IOException ex) {
			logger.warn("Could not write the reason of the shutdown to {}", this.file, ex);
		}
	}

}
