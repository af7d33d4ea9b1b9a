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

	/** Returns the jar of the sample, with its libraries beside it. */
	static Path sampleJar() {
		return PATH.resolve("extracted/sample-app.jar");
	}

	/** Returns the archive of classes that lets the sample start faster. */
	static Path sampleClasses() {
		return PATH.resolve("extracted/classes.jsa");
	}

	/** Returns where what was generated ahead of time is to be, apart from the sample. */
	static Path aheadOfTime() {
		return PATH.resolve("ahead-of-time");
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
