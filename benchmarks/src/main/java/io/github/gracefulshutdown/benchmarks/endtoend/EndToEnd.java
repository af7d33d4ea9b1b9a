package io.github.gracefulshutdown.benchmarks.endtoend;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

import io.github.gracefulshutdown.benchmarks.MedianTable;

/**
 * Measures the sample with the starter and without it, under a load of as much as it can
 * take. Both run all the time and are loaded in turns, one round after the other.
 */
public final class EndToEnd {

	private static final int ROUNDS = 20;

	private EndToEnd() {
	}

	/**
	 * Measures and prints the tables.
	 * @param arguments the path of the packaged sample
	 */
	public static void main(String[] arguments) throws IOException, InterruptedException {
		Path jar = Path.of(arguments[0]);
		try (Sample with = Sample.start("with", jar);
				Sample without = Sample.start("without", jar, "--graceful.shutdown.enabled=false")) {
			Map<String, List<Load>> loads = new LinkedHashMap<>();
			List<Sample> samples = List.of(without, with);
			for (Sample sample : samples) {
				Load.put(sample.uri(), 15); // until it is warm
			}
			for (int round = 0; round < ROUNDS; round++) {
				for (Sample sample : (round % 2 == 0) ? samples : List.of(with, without)) {
					loads.computeIfAbsent(sample.name(), (name) -> new ArrayList<>()).add(Load.put(sample.uri(), 5));
				}
			}
			print("Requests a second:", loads, Load::requestsPerSecond);
			print("99th percentile of the response time, milliseconds:", loads, Load::p99Millis);
		}
	}

	private static void print(String title, Map<String, List<Load>> loads, ToDoubleFunction<Load> value) {
		Map<String, double[]> values = new LinkedHashMap<>();
		loads.forEach((name, each) -> values.put(name, each.stream().mapToDouble(value).toArray()));
		System.out.println(title);
		System.out.println(MedianTable.of(values, "without"));
	}

}
