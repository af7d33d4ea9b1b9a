package io.github.gracefulshutdown.benchmarks.endtoend;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

import io.github.gracefulshutdown.benchmarks.MedianTable;
import org.openjdk.jmh.util.ListStatistics;

/**
 * Measures the sample with the starter and without it, under a load of as much as it can
 * take. Two processes run at a time and are loaded in turns; then come two new ones,
 * because no two virtual machines compile the same code to the same speed.
 */
public final class EndToEnd {

	private static final int PAIRS = 5;

	private static final int ROUNDS = 10;

	private static final int SECONDS_UNTIL_WARM = 45;

	private static final int SECONDS_OF_A_ROUND = 3;

	private EndToEnd() {
	}

	/**
	 * Measures and prints the tables.
	 * @param arguments the path of the packaged sample
	 */
	public static void main(String[] arguments) throws IOException, InterruptedException {
		List<Map<String, List<Load>>> pairs = new ArrayList<>();
		for (int i = 0; i < PAIRS; i++) {
			pairs.add(loadPair(Path.of(arguments[0])));
		}
		print("Requests a second:", pairs, Load::requestsPerSecond);
		print("99th percentile of the response time, milliseconds:", pairs, Load::p99Millis);
		print("Time of a processor for one request, microseconds:", pairs, Load::processorMicros);
	}

	private static Map<String, List<Load>> loadPair(Path jar) throws IOException, InterruptedException {
		Map<String, List<Load>> loads = new LinkedHashMap<>();
		try (Sample with = Sample.start("with", jar);
				Sample without = Sample.start("without", jar, "--graceful.shutdown.enabled=false")) {
			List<Sample> samples = List.of(without, with);
			for (Sample sample : samples) {
				sample.load(SECONDS_UNTIL_WARM);
			}
			for (int round = 0; round < ROUNDS; round++) {
				for (Sample sample : (round % 2 == 0) ? samples : List.of(with, without)) {
					loads.computeIfAbsent(sample.name(), (name) -> new ArrayList<>())
						.add(sample.load(SECONDS_OF_A_ROUND));
				}
			}
		}
		return loads;
	}

	private static void print(String title, List<Map<String, List<Load>>> pairs, ToDoubleFunction<Load> value) {
		Map<String, double[]> medians = new LinkedHashMap<>();
		for (String name : List.of("without", "with")) {
			medians.put(name,
					pairs.stream().mapToDouble((pair) -> median(pair.getOrDefault(name, List.of()), value)).toArray());
		}
		System.out.println(title);
		System.out.println(MedianTable.of(medians, "without"));
	}

	private static double median(List<Load> loads, ToDoubleFunction<Load> value) {
		return new ListStatistics(loads.stream().mapToDouble(value).toArray()).getPercentile(50);
	}

}
