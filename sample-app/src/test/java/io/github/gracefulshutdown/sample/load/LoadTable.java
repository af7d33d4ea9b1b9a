package io.github.gracefulshutdown.sample.load;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;

import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import com.github.freva.asciitable.ColumnData;
import com.github.freva.asciitable.HorizontalAlign;
import org.HdrHistogram.Histogram;

/** Prints a {@link LoadReport}, a line for each kind of request sent and one for all. */
final class LoadTable {

	private LoadTable() {
	}

	static String of(LoadReport report) {
		Stream<Line> kinds = Arrays.stream(Kind.values())
			.map((kind) -> Line.of(kind.toString(), report.of(kind)))
			.filter((line) -> line.report().sent() > 0);
		List<Line> lines = Stream.concat(kinds, Stream.of(Line.of("all", report))).toList();
		return AsciiTable.getTable(AsciiTable.BASIC_ASCII_NO_DATA_SEPARATORS, lines,
				List.of(new Column().header("request").dataAlign(HorizontalAlign.LEFT).with(Line::label),
						number("sent", (line) -> line.report().sent()), outcome("ok", Outcome.Type.OK),
						outcome("rejected", Outcome.Type.REJECTED), outcome("refused", Outcome.Type.REFUSED),
						outcome("closed", Outcome.Type.CLOSED), outcome("timeout", Outcome.Type.TIMEOUT),
						outcome("other", Outcome.Type.OTHER),
						number("executed twice", (line) -> line.report().executedTwice()), millis("p50", 50),
						millis("p99", 99), millis("p99.9", 99.9), millis("max", 100)));
	}

	private static ColumnData<Line> outcome(String header, Outcome.Type type) {
		return number(header, (line) -> line.report().count(type));
	}

	private static ColumnData<Line> millis(String header, double percentile) {
		return number(header + " ms",
				(line) -> TimeUnit.NANOSECONDS.toMillis(line.times().getValueAtPercentile(percentile)));
	}

	private static ColumnData<Line> number(String header, Function<Line, Long> number) {
		return new Column().header(header).with((line) -> number.apply(line).toString());
	}

	private record Line(String label, LoadReport report, Histogram times) {

		static Line of(String label, LoadReport report) {
			Histogram times = new Histogram(3);
			report.results().forEach((result) -> times.recordValue(result.nanos()));
			return new Line(label, report, times);
		}

	}

}
