package io.github.gracefulshutdown.autoconfigure;

import java.util.concurrent.CompletableFuture;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for {@link AbstractStepLifecycle}. */
@ExtendWith(OutputCaptureExtension.class)
class AbstractStepLifecycleTests {

	/** A class may be missing that is needed for the first time, or memory. */
	@Test
	void aStepThatFailsWithAnErrorStopsAllTheSame(CapturedOutput output) {
		try (StepFixture fixture = new StepFixture()) {
			AbstractStepLifecycle step = new AbstractStepLifecycle("broken", 0, fixture.state, fixture.time) {

				@Override
				CompletableFuture<String> perform(Drain drain) {
					throw new NoClassDefFoundError("a class that is gone");
				}

			};
			assertThat(fixture.stop(step)).isCompleted();
			assertThat(step.isRunning()).isFalse();
			assertThat(output).contains("Step 'broken' failed after 0 ms; the shutdown goes on")
				.contains("a class that is gone");
		}
	}

	/** A signal may close the context while the application already does. */
	@Test
	void theThreadThatClosesWaitsForAStepInAWayThatAnotherCloseDoesNotTakeForStuck() throws InterruptedException {
		try (StepFixture fixture = new StepFixture()) {
			CompletableFuture<String> work = new CompletableFuture<>();
			AbstractStepLifecycle step = new AbstractStepLifecycle("waiting", 0, fixture.state, fixture.time) {

				@Override
				CompletableFuture<String> perform(Drain drain) {
					return work;
				}

			};
			step.start();
			fixture.state.beginDrain();
			Thread closing = new Thread(step::stopAndWait);
			closing.start();
			Awaitility.await()
				.until(closing::getState,
						(state) -> state == Thread.State.WAITING || state == Thread.State.TIMED_WAITING);
			assertThat(closing.getState()).isEqualTo(Thread.State.TIMED_WAITING);
			closing.interrupt();
			work.complete("done");
			closing.join();
			assertThat(step.isRunning()).isFalse();
		}
	}

}
