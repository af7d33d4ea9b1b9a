package io.github.gracefulshutdown.sample.system;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.github.gracefulshutdown.sample.load.Call;
import io.github.gracefulshutdown.sample.load.Callers;
import io.github.gracefulshutdown.sample.load.Kind;
import io.github.gracefulshutdown.sample.load.Outcome;
import io.github.gracefulshutdown.sample.process.RecordedExecution;
import io.github.gracefulshutdown.sample.process.SampleProcess;
import io.github.gracefulshutdown.sample.process.ShutdownSummary;
import io.github.gracefulshutdown.sample.process.Stop;
import org.junit.jupiter.api.Test;

import org.springframework.core.task.SimpleAsyncTaskExecutor;

import static org.assertj.core.api.Assertions.assertThat;

/** Stops an instance that has a slow request of every kind in flight. */
class StopWithWorkInFlightIT {

	private static final String LOG_REQUESTS = "--logging.level.io.github.gracefulshutdown.sample=debug";

	private final List<Call> calls = Arrays.stream(Kind.values()).map((kind) -> Call.of(kind, 5, 500)).toList();

	@Test
	void everyRequestIsAnsweredAndExecutedOnce() {
		try (SampleProcess sample = SampleProcess.startWithoutRegistry("in-flight", LOG_REQUESTS).awaitReady()) {
			assertThatEveryRequestSurvives(sample);
		}
	}

	@Test
	void drainEndsWithTheLastRequest() {
		try (SampleProcess sample = SampleProcess
			.startWithoutRegistry("in-flight-drain", LOG_REQUESTS, "--graceful.shutdown.lame-duck.maximum=1s")
			.awaitReady()) {
			Stop stop = assertThatEveryRequestSurvives(sample);
			assertThat(stop.summaries()).extracting(ShutdownSummary::outcome).containsExactly("CLEAN");
			Duration after = Duration.between(sample.loggedAt("is finished"), sample.loggedAt("Step 'drain' took"));
			System.out.printf("The drain ended %d ms after the last execution was finished.%n", after.toMillis());
		}
	}

	private Stop assertThatEveryRequestSurvives(SampleProcess sample) {
		try (Callers callers = new Callers(sample.instance())) {
			List<CompletableFuture<Outcome>> outcomes = this.calls.stream()
				.map((call) -> new SimpleAsyncTaskExecutor().submitCompletable(() -> callers.send(call)))
				.toList();
			this.calls.forEach((call) -> sample.awaitLog(call.executions().get(0) + " begins"));
			Stop stop = sample.stop();
			assertThat(outcomes).extracting(CompletableFuture::join)
				.extracting(Outcome::type)
				.containsOnly(Outcome.Type.OK);
			assertThat(sample.executions()).allMatch(RecordedExecution::finished)
				.extracting(RecordedExecution::requestId)
				.containsExactlyInAnyOrderElementsOf(
						this.calls.stream().flatMap((call) -> call.executions().stream()).toList());
			assertThat(stop.exitCode()).isEqualTo(Stop.TERMINATED);
			return stop;
		}
	}

}
