package io.github.gracefulshutdown.registry;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import io.github.gracefulshutdown.Stage;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/** What holds for every registry, seen from the server. */
@ExtendWith(OutputCaptureExtension.class)
abstract class RegistryContract {

	/** Returns what an application needs to register with the server. */
	abstract String[] properties();

	/** Returns what keeps an application from registering. */
	abstract String notRegistering();

	/** Returns the simple name of the registry's class. */
	abstract String registry();

	/** Returns whether callers that ask the server are sent to the application. */
	abstract boolean isInRotation(RunningApplication application);

	/** Returns whether the server knows nothing of the application any more. */
	abstract boolean isRemoved(RunningApplication application);

	@Test
	void isOutOfRotationWhileTheInstanceServesAndDoesNotComeBack(CapturedOutput output) {
		try (RunningApplication application = start()) {
			awaitInRotation(application);
			CompletableFuture<Void> closed = application.beginClose();
			awaitOutOfRotation(application);
			assertThat(application.stage()).isEqualTo(Stage.LAME_DUCK);
			assertThat(application.call()).isEqualTo(200);
			while (application.stage() == Stage.LAME_DUCK) {
				assertThat(isInRotation(application)).isFalse();
			}
			Awaitility.await().atMost(Duration.ofSeconds(20)).until(closed::isDone);
			assertThat(isRemoved(application)).isTrue();
			assertThat(output).containsPattern("Step 'deregistration' took \\d+ ms: withdrew 1 of 1 announcements "
					+ "\\[orders at .*:" + application.port() + " in " + registry() + " \\(\\d+ ms\\)]");
			print(output, "Step 'deregistration'");
		}
	}

	@Test
	void comesBackWithTheResumeAndLeavesAgain() {
		try (RunningApplication application = start("graceful.shutdown.lame-duck.minimum=0")) {
			awaitInRotation(application);
			application.drain();
			assertThat(application.stage()).isEqualTo(Stage.DRAINED);
			awaitOutOfRotation(application);
			application.resume();
			awaitInRotation(application);
			assertThat(application.call()).isEqualTo(200);
			application.drain();
			awaitOutOfRotation(application);
		}
	}

	@Test
	void leavesNothingAndHasNoMinimumWhereItDoesNotRegister(CapturedOutput output) {
		try (RunningApplication application = start(notRegistering(), "graceful.shutdown.lame-duck.minimum=")) {
			application.drain();
			assertThat(output).contains("withdrew 0 of 0 announcements []");
			assertThat(application.between(Stage.LAME_DUCK, Stage.DRAINED)).isLessThan(Duration.ofSeconds(3));
		}
	}

	RunningApplication start(String... more) {
		String[] own = properties();
		String[] all = new String[own.length + more.length];
		System.arraycopy(own, 0, all, 0, own.length);
		System.arraycopy(more, 0, all, own.length, more.length);
		return RunningApplication.start(all);
	}

	final void awaitInRotation(RunningApplication application) {
		Awaitility.await("in rotation").atMost(Duration.ofSeconds(20)).until(() -> isInRotation(application));
	}

	final void awaitOutOfRotation(RunningApplication application) {
		Awaitility.await("out of rotation")
			.pollInterval(Duration.ofMillis(10))
			.atMost(Duration.ofSeconds(20))
			.until(() -> !isInRotation(application));
	}

	static void print(CapturedOutput output, String text) {
		output.getAll()
			.lines()
			.filter((line) -> line.contains(text))
			.forEach((line) -> System.out.println("  | " + line.substring(line.indexOf(text))));
	}

}
