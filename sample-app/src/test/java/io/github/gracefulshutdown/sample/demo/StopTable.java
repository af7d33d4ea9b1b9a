package io.github.gracefulshutdown.sample.demo;

import java.time.Duration;
import java.util.List;
import java.util.function.Function;

import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import com.github.freva.asciitable.ColumnData;
import com.github.freva.asciitable.HorizontalAlign;
import io.github.gracefulshutdown.sample.process.ShutdownSummary;
import io.github.gracefulshutdown.sample.process.Stop;
import org.jspecify.annotations.Nullable;

/** Prints how instances were stopped, with dashes where the starter said nothing. */
final class StopTable {

	private StopTable() {
	}

	static String of(List<Stop> stops) {
		return AsciiTable.getTable(AsciiTable.BASIC_ASCII_NO_DATA_SEPARATORS, stops,
				List.of(new Column().header("instance").dataAlign(HorizontalAlign.LEFT).with(Stop::name),
						column("exit code", Stop::exitCode), summary("outcome", ShutdownSummary::outcome),
						step("deregistration"), step("lame duck"), step("drain"), step("teardown"),
						column("SIGTERM to exit", (stop) -> text(stop.duration())),
						summary("stragglers", ShutdownSummary::stragglers),
						summary("rejected", ShutdownSummary::rejected)));
	}

	private static ColumnData<Stop> step(String name) {
		return summary(name, (summary) -> text(summary.steps().get(name)));
	}

	private static ColumnData<Stop> summary(String header, Function<ShutdownSummary, Object> value) {
		return column(header, (stop) -> stop.summaries().stream().findFirst().map(value).orElse("-"));
	}

	private static ColumnData<Stop> column(String header, Function<Stop, Object> value) {
		return new Column().header(header).with((stop) -> value.apply(stop).toString());
	}

	private static String text(@Nullable Duration time) {
		return (time != null) ? time.toMillis() + " ms" : "-";
	}

}
