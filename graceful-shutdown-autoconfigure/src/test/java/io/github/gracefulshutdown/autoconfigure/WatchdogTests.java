package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.github.gracefulshutdown.DrainGate;
import io.github.gracefulshutdown.Permit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.support.GenericApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Tests for {@link Watchdog}, with a halt that only tells. */
@ExtendWith(OutputCaptureExtension.class)
class WatchdogTests {

	private final CompletableFuture<Integer> halted = new CompletableFuture<>();

	private final DrainGate gate = new DrainGate();

	@Test
	void haltsAtTheDeadlineOfAJvmThatGoesDownAndNamesWhatIsLeft(CapturedOutput output) {
		try (GenericApplicationContext context = context()) {
			@Nullable Permit permit = this.gate.tryEnter("http", "GET /slow");
			assertThat(permit).isNotNull();
			Watchdog watchdog = watchdog(context, Duration.ofMillis(50));
			watchdog.start();
			watchdog.goingDown();
			assertThat(StepFixture.get(this.halted)).isEqualTo(7);
			assertThat(output).contains("Graceful shutdown FORCED after")
				.contains("halted with exit code 7")
				.contains("http GET /slow for ");
			watchdog.destroy();
		}
	}

	@Test
	void neverHaltsAJvmThatDoesNotGoDown() throws InterruptedException {
		try (GenericApplicationContext context = context()) {
			ShutdownState state = state(context, Duration.ofNanos(1));
			Watchdog watchdog = watchdog(state);
			watchdog.start();
			state.beginClose();
			assertThatExceptionOfType(TimeoutException.class)
				.isThrownBy(() -> this.halted.get(200, TimeUnit.MILLISECONDS));
			watchdog.destroy();
			watchdog.join();
			assertThat(this.halted).isNotDone();
		}
	}

	private static GenericApplicationContext context() {
		GenericApplicationContext context = new GenericApplicationContext();
		context.refresh();
		return context;
	}

	private Watchdog watchdog(GenericApplicationContext context, Duration timeout) {
		return watchdog(state(context, timeout));
	}

	private Watchdog watchdog(ShutdownState state) {
		return new Watchdog(state, this.gate, guests(), 7, this.halted::complete);
	}

	private static ShutdownState state(GenericApplicationContext context, Duration timeout) {
		return new ShutdownState(context, new SystemTimeSource(), guests(), timeout, Duration.ZERO);
	}

	private static GuestRunner guests() {
		return new GuestRunner(new SystemTimeSource(), WatchdogTests.class.getClassLoader());
	}

}
