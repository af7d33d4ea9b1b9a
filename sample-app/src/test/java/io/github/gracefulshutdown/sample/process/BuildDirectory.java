package io.github.gracefulshutdown.sample.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

import org.springframework.util.FileSystemUtils;

/** Where the packaged sample is and where the processes leave their logs and ledgers. */
final class BuildDirectory {

	private static final Path PATH = Path.of(System.getProperty("sample.build-directory", "target")).toAbsolutePath();

	private BuildDirectory() {
	}

	static Path sampleJar() {
		return PATH.resolve("sample-app.jar");
	}

	static Path testClasses() {
		return PATH.resolve("test-classes");
	}

	static Path emptyDirectory(String name) {
		Path directory = PATH.resolve("processes").resolve(name);
		try {
			FileSystemUtils.deleteRecursively(directory);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return directory;
	}

}
