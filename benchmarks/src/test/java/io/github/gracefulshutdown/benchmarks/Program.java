package io.github.gracefulshutdown.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A program that has ended.
 *
 * @param exitCode its exit code
 * @param output what it has printed
 */
record Program(int exitCode, String output) {

	private static final long MINUTES = 10;

	/** Runs the program in a JVM and a folder of its own. */
	static Program run(Class<?> main, String... arguments) throws IOException, InterruptedException {
		Path buildDirectory = Path.of(Objects.requireNonNull(System.getProperty("benchmarks.build-directory")));
		Path directory = Files.createDirectories(buildDirectory.resolve(main.getSimpleName()));
		Path log = directory.resolve("output.txt");
		List<String> command = Stream
			.concat(Stream.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-classpath",
					System.getProperty("java.class.path"), main.getName()), Stream.of(arguments))
			.toList();
		Process process = new ProcessBuilder(command).directory(directory.toFile())
			.redirectErrorStream(true)
			.redirectOutput(log.toFile())
			.start();
		if (!process.waitFor(MINUTES, TimeUnit.MINUTES)) {
			process.destroyForcibly().waitFor();
		}
		return new Program(process.exitValue(), Files.readString(log));
	}

}
