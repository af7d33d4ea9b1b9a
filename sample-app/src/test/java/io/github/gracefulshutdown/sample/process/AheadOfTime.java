package io.github.gracefulshutdown.sample.process;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

import javax.tools.ToolProvider;

import io.github.gracefulshutdown.sample.SampleApplication;

import org.springframework.boot.SpringApplicationAotProcessor;
import org.springframework.util.FileSystemUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What Spring makes of the packaged sample ahead of time, as the goal {@code process-aot}
 * does: with the same processor, in a process of its own. It is not in the jar, so that
 * the jar is the same with and without it.
 */
final class AheadOfTime {

	private static final Duration PATIENCE = Duration.ofSeconds(60);

	private AheadOfTime() {
	}

	/**
	 * Processes the sample.
	 * @return the class path of the processed sample
	 */
	static synchronized String process() {
		Path directory = BuildDirectory.aheadOfTime();
		Path sources = directory.resolve("sources");
		Path resources = directory.resolve("resources");
		Path classes = directory.resolve("classes");
		try {
			FileSystemUtils.deleteRecursively(directory);
			generate(directory.resolve("processor.log"), sources, resources, classes);
			compile(sources, classes);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return String.join(File.pathSeparator, BuildDirectory.sampleJar().toString(), classes.toString(),
				resources.toString());
	}

	private static void generate(Path log, Path sources, Path resources, Path classes) {
		Stream<String> arguments = Stream.of("-classpath", BuildDirectory.sampleJar().toString(),
				SpringApplicationAotProcessor.class.getName(), SampleApplication.class.getName(), sources.toString(),
				resources.toString(), classes.toString(), "io.github.gracefulshutdown", "sample-app",
				// As Spring Cloud has it: refreshing needs what is not known ahead of
				// time.
				"--spring.cloud.refresh.enabled=false");
		try (ChildProcess processor = ChildProcess.startJava(log, arguments)) {
			assertThat(processor.awaitExit(PATIENCE)).as(processor::log).isZero();
		}
	}

	private static void compile(Path sources, Path classes) throws IOException {
		try (Stream<Path> files = Files.walk(sources)) {
			List<String> generated = files.map(Path::toString).filter((name) -> name.endsWith(".java")).toList();
			Stream<String> options = Stream.of("-nowarn", "-proc:none", "-parameters", "-d", classes.toString(),
					"-classpath", BuildDirectory.sampleJar() + File.pathSeparator + classes);
			int result = ToolProvider.getSystemJavaCompiler()
				.run(null, null, null, Stream.concat(options, generated.stream()).toArray(String[]::new));
			assertThat(result).as("of the compiler").isZero();
		}
	}

}
