package io.github.gracefulshutdown.sample.system;

import java.util.function.Consumer;

import io.github.gracefulshutdown.sample.process.RegistryProcess;
import io.github.gracefulshutdown.sample.process.SampleProcess;
import io.github.gracefulshutdown.sample.process.Stop;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Stops an instance that can tell no registry. */
class StopWithoutRegistryIT {

	private static final int RUNS = 3;

	@Test
	void exitsInTimeWhenRegistryIsDead() {
		exitsInTimeWithout("dead-registry", RegistryProcess::close);
	}

	@Test
	void exitsInTimeWhenRegistryIsFrozen() {
		exitsInTimeWithout("frozen-registry", RegistryProcess::freeze);
	}

	private static void exitsInTimeWithout(String name, Consumer<RegistryProcess> end) {
		try (RegistryProcess registry = RegistryProcess.start(name);
				SampleProcess sample = SampleProcess
					.start(name + "-sample", registry, "--graceful.shutdown.deregistration.timeout=2s",
							"--graceful.shutdown.lame-duck.maximum=1s")
					.awaitReady()) {
			sample.awaitLog("registration status: 204");
			end.accept(registry);
			Stop stop = sample.stop();
			System.out.printf("%s: exit code %d after %d ms%n", name, stop.exitCode(), stop.duration().toMillis());
			assertThat(stop.exitCode()).isEqualTo(Stop.TERMINATED);
			assertThat(stop.duration()).isLessThan(SampleProcess.BUDGET);
		}
	}

	@Test
	void addsLittleTimeWhenIdleAndUnregistered() {
		Histogram with = new Histogram(3);
		Histogram without = new Histogram(3);
		Histogram inSteps = new Histogram(3);
		for (int i = 1; i <= RUNS; i++) {
			Stop stop = stopIdle("idle-with-" + i);
			assertThat(stop.summaries()).hasSize(1);
			inSteps.recordValue(stop.summaries().get(0).total().toMillis());
			with.recordValue(stop.duration().toMillis());
			without
				.recordValue(stopIdle("idle-without-" + i, "--graceful.shutdown.enabled=false").duration().toMillis());
		}
		assertThat(inSteps.getValueAtPercentile(50)).isLessThan(1_000);
		long medianWith = with.getValueAtPercentile(50);
		long medianWithout = without.getValueAtPercentile(50);
		System.out.printf(
				"SIGTERM to exit of an idle instance, median of %d: %d ms, %d ms without the starter, %d ms added.%n",
				RUNS, medianWith, medianWithout, medianWith - medianWithout);
	}

	@Test
	void saysAtTheStartThatH2EndsItself() {
		try (SampleProcess sample = SampleProcess.startWithoutRegistry("foreign-hook",
				"--spring.datasource.url=jdbc:h2:file:${sample.ledger.directory}/ledger")) {
			sample.awaitLog("/ledger is ended by a shutdown hook of its own in the JVM")
				.awaitLog("Add 'DB_CLOSE_ON_EXIT=FALSE' to the URL.");
		}
	}

	private static Stop stopIdle(String name, String... arguments) {
		try (SampleProcess sample = SampleProcess.startWithoutRegistry(name, arguments).awaitReady()) {
			return sample.stop();
		}
	}

}
