package io.github.gracefulshutdown.benchmarks.gate;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

import io.github.gracefulshutdown.benchmarks.MedianTable;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs all benchmarks of the gate and prints tables of medians. Rounds of one fork each
 * take turns, so that what else the machine does hits all alike, and ratios are taken
 * within a round.
 */
public final class GateBenchmarks {

	private static final String BASE_LINE = "longAdder";

	private final boolean quick;

	private final int rounds;

	private GateBenchmarks(boolean quick) {
		this.quick = quick;
		this.rounds = quick ? 1 : 5;
	}

	/**
	 * Runs the benchmarks.
	 * @param arguments {@code --short} for some seconds that show that it works, and
	 * {@code --virtual} for virtual threads instead of platform threads
	 */
	public static void main(String[] arguments) throws RunnerException {
		List<String> given = List.of(arguments);
		GateBenchmarks benchmarks = new GateBenchmarks(given.contains("--short"));
		if (given.contains("--virtual")) {
			benchmarks.enterAndRelease("VIRTUAL", 1, 2, 64);
		}
		else {
			benchmarks.enterAndRelease("PLATFORM", 1, 2, 4, 16, 64);
			benchmarks.lastRelease();
			benchmarks.readGauge();
		}
	}

	private void enterAndRelease(String executor, int... threadCounts) throws RunnerException {
		for (int threads : threadCounts) {
			if (!this.quick || threads <= 2) {
				enterAndReleaseOn(executor, threads);
			}
		}
	}

	private void enterAndReleaseOn(String executor, int threads) throws RunnerException {
		Map<String, List<Result<?>>> results = run(EnterAndRelease.class, executor, threads);
		System.out.println("Enter and release, %d %s thread(s) together, nanoseconds for one:".formatted(threads,
				executor.toLowerCase(Locale.ROOT)));
		System.out.println(MedianTable.of(values(results, (result) -> 1 / result.getScore()), BASE_LINE));
	}

	private void lastRelease() throws RunnerException {
		System.out.println("Last release to waiter awake, median of a round, microseconds:");
		System.out.println(MedianTable.of(
				values(run(LastRelease.class, "PLATFORM", 1), (result) -> result.getStatistics().getPercentile(50)),
				"gate"));
	}

	private void readGauge() throws RunnerException {
		System.out.println("Read the gauge, nanoseconds for each of 64 slots:");
		System.out.println(MedianTable.of(values(run(ReadGauge.class, "PLATFORM", 1), Result::getScore), "gate"));
	}

	private Map<String, List<Result<?>>> run(Class<?> benchmarks, String executor, int threads) throws RunnerException {
		Map<String, List<Result<?>>> results = new LinkedHashMap<>();
		for (int round = 0; round < this.rounds; round++) {
			for (RunResult result : runOnce(benchmarks, executor, threads)) {
				String name = result.getPrimaryResult().getLabel();
				results.computeIfAbsent(name, (key) -> new ArrayList<>()).add(result.getPrimaryResult());
			}
		}
		return results;
	}

	private Collection<RunResult> runOnce(Class<?> benchmarks, String executor, int threads) throws RunnerException {
		return new Runner(new OptionsBuilder().include(benchmarks.getName())
			.verbosity(VerboseMode.SILENT)
			.shouldFailOnError(true)
			.jvmArgsAppend("-Xmx1g", "-Djmh.executor=" + executor,
					// Virtual threads do not take turns, and those of JMH wait for one
					// another.
					"-Djdk.virtualThreadScheduler.parallelism=" + threads)
			.threads(threads)
			.forks(this.quick ? 0 : 1)
			.warmupIterations(this.quick ? 1 : 2)
			.warmupTime(TimeValue.milliseconds(this.quick ? 100 : 300))
			.measurementIterations(this.quick ? 1 : 3)
			.measurementTime(TimeValue.milliseconds(this.quick ? 100 : 300))
			.build()).run();
	}

	private static Map<String, double[]> values(Map<String, List<Result<?>>> results,
			ToDoubleFunction<Result<?>> value) {
		Map<String, double[]> values = new LinkedHashMap<>();
		results.forEach((name, rounds) -> values.put(name, rounds.stream().mapToDouble(value).toArray()));
		return values;
	}

}
