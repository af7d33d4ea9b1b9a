package io.github.gracefulshutdown.sample.system;

import java.time.Duration;

import io.github.gracefulshutdown.sample.process.SampleProcess;
import io.github.gracefulshutdown.sample.process.Stop;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Stops an instance when it does not expect it. Two at a time: none of them is under
 * load, and most of the time goes into starting them.
 */
class StopAtOddMomentsIT {

	private static final int INTERRUPTED = 130;

	private static final String TWO_SECONDS_OF_LAME_DUCK = "--graceful.shutdown.lame-duck.minimum=2s";

	@Test
	@Execution(ExecutionMode.CONCURRENT)
	void exitsWhenJvmHasJustStarted() {
		try (SampleProcess sample = SampleProcess.startWithoutRegistry("odd-jvm-start")) {
			assertThatExitIsClean(sample.stop());
		}
	}

	@ParameterizedTest
	@Execution(ExecutionMode.CONCURRENT)
	@ValueSource(strings = { "Starting SampleApplication", "Tomcat initialized", "Root WebApplicationContext",
			"HikariPool-1 - Starting", "HikariPool-1 - Start completed", "Exposing 4 endpoints", "Tomcat started",
			"gRPC Server started", "Started SampleApplication" })
	void exitsWhenStarting(String moment) {
		try (SampleProcess sample = SampleProcess.startWithoutRegistry("odd-" + moment.replaceAll("\\W+", "-"))) {
			assertThatExitIsClean(sample.awaitLog(moment).stop());
		}
	}

	@Test
	@Execution(ExecutionMode.CONCURRENT)
	void exitsOnceWhenTerminatedTwice() {
		try (SampleProcess sample = SampleProcess.startWithoutRegistry("odd-twice", TWO_SECONDS_OF_LAME_DUCK)) {
			sample.awaitReady().terminate();
			Stop stop = sample.awaitLog("ShutdownHook").stop();
			assertThatExitIsClean(stop);
			assertThat(stop.summaries()).hasSize(1);
			assertThat(stop.summaries().get(0).steps().get("lame duck")).isGreaterThanOrEqualTo(Duration.ofSeconds(2));
		}
	}

	@Test
	@Execution(ExecutionMode.CONCURRENT)
	void exitsSoonWhenInterruptedWhileItTerminates() {
		try (SampleProcess sample = SampleProcess.startWithoutRegistry("odd-interrupted",
				"--graceful.shutdown.lame-duck.minimum=10s")) {
			sample.awaitReady().terminate();
			sample.awaitLog("Drain began").signal("INT");
			Stop stop = sample.awaitStop();
			assertThatExitIsClean(stop);
			assertThat(sample.log()).contains("Signalled again").contains("cut short");
			assertThat(stop.duration()).isLessThan(Duration.ofSeconds(8));
		}
	}

	/** The beans have gone, and a hook of the JVM hangs. */
	@Test
	@Execution(ExecutionMode.CONCURRENT)
	void exitsSoonWhenInterruptedAfterTheContextHasClosed() {
		try (SampleProcess sample = SampleProcess.startWithFaults("odd-hook", "--fault=hook")) {
			sample.awaitReady().terminate();
			sample.awaitLog("Graceful shutdown ended CLEAN");
			Awaitility.await().pollDelay(Duration.ofSeconds(1)).until(() -> true); // destroyed
			sample.signal("INT");
			Stop stop = sample.awaitStop();
			assertThat(stop.exitCode()).isOne();
			assertThat(sample.log()).contains("has not stopped: thread hanging-hook");
			assertThat(stop.duration()).isLessThan(Duration.ofSeconds(12));
		}
	}

	@Test
	@Execution(ExecutionMode.CONCURRENT)
	void exitsAtOnceFromATerminalWhenNobodyWasTold() {
		try (SampleProcess sample = SampleProcess.startWithoutRegistry("odd-terminal",
				"--graceful.shutdown.lame-duck.quiet-period=9s")) {
			sample.awaitLog("Started SampleApplication"); // without a look at its health
			assertThat(sample.begin("/nothing-here").join().statusCode()).isEqualTo(404);
			sample.signal("INT");
			Stop stop = sample.awaitStop();
			assertThat(stop.exitCode()).isEqualTo(INTERRUPTED);
			assertThat(stop.summaries().get(0).steps().get("lame duck")).isLessThan(Duration.ofSeconds(5));
		}
	}

	@Test
	@Execution(ExecutionMode.CONCURRENT)
	void exitsOnceWhenDrainIsRunning() {
		try (SampleProcess sample = SampleProcess.startWithoutRegistry("odd-drain", TWO_SECONDS_OF_LAME_DUCK)) {
			assertThat(sample.awaitReady().post("/actuator/drain").statusCode()).isEqualTo(202);
			Stop stop = sample.stop();
			assertThatExitIsClean(stop);
			assertThat(stop.summaries()).hasSize(1);
		}
	}

	private static void assertThatExitIsClean(Stop stop) {
		assertThat(stop.exitCode()).isEqualTo(Stop.TERMINATED);
		assertThat(stop.duration()).isLessThan(SampleProcess.BUDGET);
		assertThat(stop.summaries()).hasSizeLessThan(2);
	}

}
