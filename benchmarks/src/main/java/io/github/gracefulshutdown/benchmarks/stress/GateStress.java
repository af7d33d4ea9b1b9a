package io.github.gracefulshutdown.benchmarks.stress;

import java.util.List;
import java.util.stream.Stream;

import org.openjdk.jcstress.Main;

/** Runs the stress tests of the gate. */
public final class GateStress {

	// One configuration of the JVM, one fork, a third of a second each.
	private static final List<String> SHORT = List.of("-jvmArgs", "-Xmx256m", "-sc", "false", "-f", "1", "-iters", "1",
			"-time", "300");

	// All configurations of the JVM, for one fork of five seconds each: with the five of
	// the default it takes an hour and a half on two processors.
	private static final List<String> LONG = List.of("-fsm", "1");

	private GateStress() {
	}

	/**
	 * Runs the tests, writes their results as pages into the folder {@code results}, and
	 * ends with an error if an outcome was seen that is forbidden.
	 * @param arguments {@code --short} for a minute that shows that it works, and
	 * {@code --planted-bug} to run the one test that has to fail instead of all others
	 */
	public static void main(String[] arguments) throws Exception {
		List<String> given = List.of(arguments);
		String tests = given.contains("--planted-bug") ? "stress\\.PlantedBug" : "stress\\.(?!PlantedBug)";
		Stream<String> duration = given.contains("--short") ? SHORT.stream() : LONG.stream();
		Main.main(Stream.concat(Stream.of("-t", tests, "-r", "results"), duration).toArray(String[]::new));
	}

}
