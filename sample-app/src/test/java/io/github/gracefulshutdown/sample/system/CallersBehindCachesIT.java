package io.github.gracefulshutdown.sample.system;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.github.gracefulshutdown.sample.load.BalancedCaller;
import io.github.gracefulshutdown.sample.load.Kind;
import io.github.gracefulshutdown.sample.load.Load;
import io.github.gracefulshutdown.sample.load.LoadReport;
import io.github.gracefulshutdown.sample.load.Result;
import io.github.gracefulshutdown.sample.process.RecordedExecution;
import io.github.gracefulshutdown.sample.process.RegistryProcess;
import io.github.gracefulshutdown.sample.process.SampleProcess;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Replaces all instances, one after the other, behind callers that ask for the list of
 * them every 35 seconds, with a lame duck of two. Two applications call at the same time,
 * one of them with the caller side off: what it loses proves that a loss would be seen.
 */
class CallersBehindCachesIT {

	private static final int REQUESTS_PER_SECOND = 40;

	private static final Duration CACHE = Duration.ofSeconds(35);

	private static final String SHORT_LAME_DUCK = "--graceful.shutdown.lame-duck.maximum=2s";

	private final List<RecordedExecution> executions = new ArrayList<>();

	@Test
	void aRollingRestartLosesNothingWithTheCallerSideAndSomethingWithoutIt() {
		try (RegistryProcess registry = RegistryProcess.start("behind-caches-registry");
				SampleProcess first = SampleProcess.start("behind-caches-first", registry, SHORT_LAME_DUCK);
				SampleProcess second = SampleProcess.start("behind-caches-second", registry, SHORT_LAME_DUCK);
				BalancedCaller caller = BalancedCaller.start(registry.url());
				BalancedCaller without = BalancedCaller.start(registry.url(),
						"--graceful.shutdown.caller.enabled=false")) {
			caller.awaitRegistered(first.awaitReady().instance(), second.awaitReady().instance());
			without.awaitRegistered(first.instance(), second.instance());
			try (Load load = Load.start(caller, REQUESTS_PER_SECOND, Kind.GET, Kind.POST);
					Load lossy = Load.start(without, REQUESTS_PER_SECOND, Kind.GET, Kind.POST)) {
				load.awaitOutcomes(2 * REQUESTS_PER_SECOND);
				try (SampleProcess firstAgain = SampleProcess.start("behind-caches-first-again", registry,
						SHORT_LAME_DUCK)) {
					stop(first);
					caller.awaitKnown(CACHE.plusSeconds(10), firstAgain.awaitReady().instance());
					stop(second);
					load.awaitOutcomes(2 * REQUESTS_PER_SECOND);
					List<Result> results = load.stop();
					List<Result> resultsWithout = lossy.stop();
					stop(firstAgain);
					LoadReport report = new LoadReport(results, this.executions);
					LoadReport reportWithout = new LoadReport(resultsWithout, this.executions);
					print("on", report);
					print("off", reportWithout);
					assertThat(report.problems()).isEmpty();
					assertThat(reportWithout.failed()).isPositive();
					assertThat(reportWithout.executedTwice()).isZero();
				}
			}
		}
	}

	private void stop(SampleProcess sample) {
		sample.stop();
		this.executions.addAll(sample.executions());
	}

	private static void print(String caller, LoadReport report) {
		System.out.printf("Caller side %s: %d requests, %d failed, %d executed twice%n", caller, report.sent(),
				report.failed(), report.executedTwice());
	}

}
