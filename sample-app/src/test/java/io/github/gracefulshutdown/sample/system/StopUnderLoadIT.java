package io.github.gracefulshutdown.sample.system;

import java.util.ArrayList;
import java.util.List;

import io.github.gracefulshutdown.sample.load.Callers;
import io.github.gracefulshutdown.sample.load.Load;
import io.github.gracefulshutdown.sample.load.LoadReport;
import io.github.gracefulshutdown.sample.load.RegistryFollower;
import io.github.gracefulshutdown.sample.load.Result;
import io.github.gracefulshutdown.sample.process.RecordedExecution;
import io.github.gracefulshutdown.sample.process.RegistryProcess;
import io.github.gracefulshutdown.sample.process.SampleProcess;
import io.github.gracefulshutdown.sample.process.Stop;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Stops an instance under load. The tests that must show losses prove that a loss would
 * be seen.
 */
class StopUnderLoadIT {

	private static final int REQUESTS_PER_SECOND = 100;

	@Test
	void callersThatFollowTheRegistryNoticeNothing() {
		StopOneOfTwo run = StopOneOfTwo.run("under-load");
		assertThat(run.report().problems()).isEmpty();
		assertThat(run.executions()).allMatch(RecordedExecution::finished);
		assertThat(run.stop().exitCode()).isEqualTo(Stop.TERMINATED);
		assertThat(run.stop().duration()).isLessThan(SampleProcess.BUDGET);
	}

	@Test
	void callersThatFollowTheRegistryNoticeNothingOfAnInstanceThatWasProcessedAheadOfTime() {
		StopOneOfTwo run = StopOneOfTwo.run(SampleProcess::startAheadOfTime, "under-load-ahead-of-time");
		assertThat(run.log()).contains("Starting AOT-processed SampleApplication")
			.contains("Graceful shutdown ended CLEAN")
			.doesNotContain("shutdown hook of its own");
		assertThat(run.report().problems()).isEmpty();
		assertThat(run.executions()).allMatch(RecordedExecution::finished);
		assertThat(run.stop().exitCode()).isEqualTo(Stop.TERMINATED);
		assertThat(run.stop().duration()).isLessThan(SampleProcess.BUDGET);
	}

	@Test
	void callersThatFollowTheRegistryLoseRequestsWhenStarterIsDisabled() {
		StopOneOfTwo run = StopOneOfTwo.run("under-load-disabled", "--graceful.shutdown.enabled=false");
		assertThat(run.report().failed()).isPositive();
	}

	@Test
	void callersThatNoticeLateLoseNothingWithinTheLameDuckMinimum() {
		LoadReport report = StopBehindStaleCallers.run("under-load-stale", "--graceful.shutdown.lame-duck.minimum=5s");
		assertThat(report.problems()).isEmpty();
	}

	@Test
	void callersThatNoticeLateLoseRequestsWithoutALameDuckMinimum() {
		LoadReport report = StopBehindStaleCallers.run("under-load-stale-zero",
				"--graceful.shutdown.lame-duck.minimum=0s");
		assertThat(report.failed() + report.rejected()).isPositive();
		assertThat(report.executedTwice()).isZero();
	}

	private record StopOneOfTwo(LoadReport report, List<RecordedExecution> executions, Stop stop, String log) {

		/** Stops one of two instances, of which callers learn four seconds late. */
		static StopOneOfTwo run(String name, String... arguments) {
			return run(SampleProcess::start, name, arguments);
		}

		/** Runs it with the one that is stopped started in a way of its own. */
		static StopOneOfTwo run(Start start, String name, String... arguments) {
			try (RegistryProcess registry = RegistryProcess.start(name + "-registry");
					Callers callers = new Callers();
					RegistryFollower follower = new RegistryFollower(registry.url(), callers);
					SampleProcess stopped = start.start(name + "-stopped", registry, arguments);
					SampleProcess other = SampleProcess.start(name + "-other", registry, arguments);
					Load load = startLoad(callers, follower, stopped, other)) {
				load.awaitOutcomes(2 * REQUESTS_PER_SECOND);
				stopped.terminate();
				load.awaitOutcomes(4 * REQUESTS_PER_SECOND);
				follower.look();
				Stop stop = stopped.awaitStop();
				load.awaitOutcomes(2 * REQUESTS_PER_SECOND);
				List<Result> results = load.stop();
				other.stop();
				List<RecordedExecution> executions = new ArrayList<>(stopped.executions());
				executions.addAll(other.executions());
				return new StopOneOfTwo(new LoadReport(results, executions), executions, stop, stopped.log());
			}
		}

		private static Load startLoad(Callers callers, RegistryFollower follower, SampleProcess... samples) {
			for (SampleProcess sample : samples) {
				follower.awaitInstance(sample.awaitReady().instance());
			}
			return Load.start(callers, REQUESTS_PER_SECOND);
		}

	}

	/** A way to start the sample. */
	private interface Start {

		SampleProcess start(String name, RegistryProcess registry, String... arguments);

	}

	/**
	 * Requests that are so far apart that the instance is quiet between them, from
	 * callers that learn of its stop two seconds late.
	 */
	private static final class StopBehindStaleCallers {

		private static final int REQUESTS_PER_SECOND = 4;

		static LoadReport run(String name, String minimum) {
			String[] arguments = { minimum, "--graceful.shutdown.lame-duck.quiet-period=200ms" };
			try (SampleProcess stopped = SampleProcess.startWithoutRegistry(name + "-stopped", arguments).awaitReady();
					SampleProcess other = SampleProcess.startWithoutRegistry(name + "-other", arguments).awaitReady();
					Callers callers = new Callers(stopped.instance(), other.instance());
					Load load = Load.start(callers, REQUESTS_PER_SECOND)) {
				load.awaitOutcomes(REQUESTS_PER_SECOND);
				stopped.terminate();
				load.awaitOutcomes(2 * REQUESTS_PER_SECOND);
				callers.follow(List.of(other.instance()));
				stopped.awaitStop();
				List<Result> results = load.stop();
				other.stop();
				List<RecordedExecution> executions = new ArrayList<>(stopped.executions());
				executions.addAll(other.executions());
				return new LoadReport(results, executions);
			}
		}

	}

}
