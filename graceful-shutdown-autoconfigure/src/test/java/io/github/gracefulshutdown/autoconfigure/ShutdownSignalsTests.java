package io.github.gracefulshutdown.autoconfigure;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

import io.github.gracefulshutdown.DrainGate;
import org.junit.jupiter.api.Test;

import org.springframework.context.support.GenericApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for {@link ShutdownSignals}, with a halt that only tells. */
class ShutdownSignalsTests {

	private final CompletableFuture<Integer> halted = new CompletableFuture<>();

	/** Steps end on the thread of the signal, and may log, which may hang. */
	@Test
	void theWatchdogHearsOfTheSecondSignalBeforeTheSteps() {
		CountDownLatch end = new CountDownLatch(1);
		try (GenericApplicationContext context = new GenericApplicationContext()) {
			context.refresh();
			TimeSource time = new SystemTimeSource();
			GuestRunner guests = new GuestRunner(time, null);
			ShutdownState state = new ShutdownState(context, time, guests, Duration.ofDays(1), Duration.ofSeconds(5));
			ShutdownReporter reporter = new ShutdownReporter(context.getBeanFactory(), state, new DrainGate(), guests,
					new TerminationMessage(Path.of("/nowhere")));
			GracefulShutdownProperties properties = new GracefulShutdownProperties();
			properties.getForceExit().setExitCode(7);
			properties.getSecondSignal().setGrace(Duration.ofMillis(50));
			ContextShutdowns contexts = new ContextShutdowns();
			ContextShutdown shutdown = new ContextShutdown(context, context.getBeanFactory(), properties, time, true);
			shutdown.attach(new ShutdownParts(state, reporter, () -> {
			}, () -> {
			}));
			shutdown.started();
			contexts.add(shutdown);
			Watchdog watchdog = new Watchdog(contexts, time, () -> {
			}, this.halted::complete);
			ShutdownSignals signals = new ShutdownSignals(contexts, watchdog::deadlineMoved);
			watchdog.start();
			watchdog.goingDown();
			CompletableFuture<Void> step = state.beginDrain().hurried().thenRun(() -> await(end));
			CompletableFuture<Void> signalled = Background.run(() -> signals.again("INT"));
			assertThat(StepFixture.get(this.halted)).isEqualTo(7);
			assertThat(step).isNotDone();
			end.countDown();
			StepFixture.get(signalled);
			watchdog.dismiss();
		}
	}

	private static void await(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
