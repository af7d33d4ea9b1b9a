package io.github.gracefulshutdown.sample.system;

import java.util.ArrayList;
import java.util.List;

import io.github.gracefulshutdown.sample.load.BalancedGrpcCaller;
import io.github.gracefulshutdown.sample.load.Kind;
import io.github.gracefulshutdown.sample.load.Load;
import io.github.gracefulshutdown.sample.load.LoadReport;
import io.github.gracefulshutdown.sample.load.Result;
import io.github.gracefulshutdown.sample.process.RecordedExecution;
import io.github.gracefulshutdown.sample.process.SampleProcess;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Replaces both instances, one after the other and each on its address, behind a gRPC
 * channel that nobody tells of it.
 */
class GrpcCallersOfFixedAddressesIT {

	private static final int REQUESTS_PER_SECOND = 40;

	private static final String SHORT_LAME_DUCK = "--graceful.shutdown.lame-duck.maximum=2s";

	private final List<RecordedExecution> executions = new ArrayList<>();

	@Test
	void aRollingRestartLosesNothing() {
		try (SampleProcess one = SampleProcess.startWithoutRegistry("fixed-one", SHORT_LAME_DUCK);
				SampleProcess two = SampleProcess.startWithoutRegistry("fixed-two", SHORT_LAME_DUCK);
				BalancedGrpcCaller caller = BalancedGrpcCaller.start(one.awaitReady().instance(),
						two.awaitReady().instance());
				Load load = Load.start(caller, REQUESTS_PER_SECOND, Kind.UNARY, Kind.SERVER_STREAM)) {
			load.awaitOutcomes(2 * REQUESTS_PER_SECOND);
			try (SampleProcess oneAgain = replace(one, load); SampleProcess twoAgain = replace(two, load)) {
				List<Result> results = load.stop();
				stop(oneAgain);
				stop(twoAgain);
				LoadReport report = new LoadReport(results, this.executions);
				System.out.printf("%d calls, %d skipped instances, %d calls sent elsewhere%n", report.sent(),
						caller.counted("evicted"), caller.counted("retried"));
				assertThat(report.problems()).isEmpty();
				assertThat(caller.counted("evicted")).isEqualTo(2);
				assertThat(oneAgain.executions()).as("called again when the other left").isNotEmpty();
			}
		}
	}

	private SampleProcess replace(SampleProcess old, Load load) {
		stop(old);
		SampleProcess replacement = SampleProcess.startOn(old.instance(), old.name() + "-again", SHORT_LAME_DUCK)
			.awaitReady();
		load.awaitOutcomes(2 * REQUESTS_PER_SECOND);
		return replacement;
	}

	private void stop(SampleProcess sample) {
		sample.stop();
		this.executions.addAll(sample.executions());
	}

}
