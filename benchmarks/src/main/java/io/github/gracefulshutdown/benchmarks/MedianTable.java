package io.github.gracefulshutdown.benchmarks;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;

import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import com.github.freva.asciitable.HorizontalAlign;
import org.openjdk.jmh.util.ListStatistics;

/**
 * A table of measurements in rounds: median, least and greatest of each, and of its ratio
 * to a base line that was measured in the same round.
 */
public final class MedianTable {

	private MedianTable() {
	}

	/**
	 * Returns the table.
	 * @param rounds the measurements by name, a value for each round
	 * @param baseLine the name of the one that the others are compared with
	 * @return the table as text
	 */
	public static String of(Map<String, double[]> rounds, String baseLine) {
		double[] base = Objects.requireNonNull(rounds.get(baseLine), baseLine);
		List<Line> lines = rounds.entrySet()
			.stream()
			.map((entry) -> new Line(entry.getKey(), new ListStatistics(entry.getValue()),
					new ListStatistics(ratios(entry.getValue(), base))))
			.toList();
		return AsciiTable.getTable(AsciiTable.BASIC_ASCII_NO_DATA_SEPARATORS, lines,
				List.of(new Column().header("").dataAlign(HorizontalAlign.LEFT).with(Line::name),
						new Column().header("median").with((line) -> median(line.values())),
						new Column().header("spread").with((line) -> spread(line.values())),
						new Column().header("ratio to " + baseLine).with((line) -> median(line.ratios())),
						new Column().header("spread").with((line) -> spread(line.ratios())),
						new Column().header("rounds").with((line) -> Long.toString(line.values().getN()))));
	}

	private static double[] ratios(double[] values, double[] base) {
		return IntStream.range(0, values.length).mapToDouble((i) -> values[i] / base[i]).toArray();
	}

	private static String median(ListStatistics values) {
		return number(values.getPercentile(50));
	}

	private static String spread(ListStatistics values) {
		return number(values.getMin()) + " to " + number(values.getMax());
	}

	private static String number(double value) {
		return String.format(Locale.ROOT, (Math.abs(value) < 100) ? "%.2f" : "%.0f", value);
	}

	private record Line(String name, ListStatistics values, ListStatistics ratios) {
	}

}
