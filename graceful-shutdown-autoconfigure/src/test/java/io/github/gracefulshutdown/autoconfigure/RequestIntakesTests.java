package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for {@link RequestIntakes}, and for the two steps that ask them. */
@ExtendWith(OutputCaptureExtension.class)
class RequestIntakesTests {

	private final StepFixture fixture = new StepFixture();

	private final DrainLifecycle drain = new DrainLifecycle(this.fixture.state, this.fixture.time, this.fixture.gate,
			this.fixture.endlessWork, this.fixture.intakes, this.fixture.reporter, this.fixture.guests,
			() -> Duration.ofSeconds(10));

	private final IntakeLifecycle intakeStep = new IntakeLifecycle(this.fixture.state, this.fixture.time,
			this.fixture.intakes);

	private final FakeIntake intake = new FakeIntake();

	RequestIntakesTests() {
		this.fixture.context.getBeanFactory().registerSingleton("intake", this.intake);
		this.fixture.intakes.afterSingletonsInstantiated();
		this.fixture.gate.close();
	}

	@AfterEach
	void close() {
		this.fixture.close();
	}

	@Test
	void theDrainEndsWhenNothingIsOnItsWay() {
		this.intake.onTheWay.set(2);
		CompletableFuture<Void> stopped = this.fixture.stop(this.drain);
		passTimeUntil(() -> this.intake.looks.get() > 10);
		assertThat(stopped).isNotDone();
		assertThat(this.intake.calls).containsExactly("run dry");
		this.intake.onTheWay.set(0);
		passTimeUntilDone(stopped);
		assertThat(this.intake.calls).containsExactly("run dry", "close idle after 1800 ms");
	}

	@Test
	void theDrainEndsAtItsTimeoutWithWhatWaitsForAThread() {
		this.intake.onTheWay.set(1);
		this.intake.waitingForThread.set(1);
		CompletableFuture<Void> stopped = this.fixture.stop(this.drain);
		awaitThatNobodyLooks();
		this.fixture.time.advance(Duration.ofSeconds(9));
		assertThat(stopped).isNotDone();
		this.fixture.time.advance(Duration.ofSeconds(1));
		StepFixture.get(stopped);
	}

	@Test
	void clientsThatHaveSentNoRequestAreWaitedForTwoSecondsInAll() {
		this.fixture.state.beginClose();
		this.intake.onTheWay.set(1);
		Duration drainTook = timeToStop(this.drain);
		assertThat(drainTook).isBetween(Duration.ofMillis(1_800), Duration.ofMillis(1_950));
		Duration intakeTook = timeToStop(this.intakeStep);
		assertThat(intakeTook).isBetween(Duration.ofMillis(150), Duration.ofMillis(350));
		assertThat(this.intake.calls).endsWith("close idle after 0 ms");
	}

	@Test
	void theNextDrainHasItsPatienceAnew() {
		this.intake.onTheWay.set(1);
		timeToStop(this.drain);
		this.drain.start();
		assertThat(timeToStop(this.drain)).isBetween(Duration.ofMillis(1_800), Duration.ofMillis(1_950));
	}

	private Duration timeToStop(AbstractStepLifecycle step) {
		long before = this.fixture.time.nanoTime();
		passTimeUntilDone(this.fixture.stop(step));
		return Duration.ofNanos(this.fixture.time.nanoTime() - before);
	}

	@Test
	void anIntakeThatFailsIsLoggedAndHoldsNothingUp(CapturedOutput output) {
		this.intake.failure = new IllegalStateException("no sockets");
		passTimeUntilDone(this.fixture.stop(this.drain));
		assertThat(output).contains("FakeIntake could not run dry").contains("no sockets");
	}

	@Test
	void anUndoneDrainResumesTheIntake() {
		passTimeUntilDone(this.fixture.stop(this.drain));
		this.drain.start();
		assertThat(this.intake.calls).endsWith("resume");
	}

	@Test
	void listeningStopsOnlyWhenTheContextCloses() {
		StepFixture.get(this.fixture.stop(this.intakeStep));
		assertThat(this.intake.calls).isEmpty();
		this.fixture.state.beginClose();
		passTimeUntilDone(this.fixture.stop(this.intakeStep));
		assertThat(this.intake.calls).containsExactly("stop listening", "close idle after 2000 ms",
				"close idle after 0 ms");
	}

	/** Waits until a look has ended and the next one waits for its time. */
	private void awaitThatNobodyLooks() {
		Awaitility.await().until(() -> this.fixture.time.untilNext().compareTo(Duration.ofMillis(10)) <= 0);
	}

	private void passTimeUntilDone(CompletableFuture<Void> stopped) {
		passTimeUntil(stopped::isDone);
	}

	/** Lets time pass again and again: who asks for a timer late gets it too. */
	private void passTimeUntil(Callable<Boolean> condition) {
		Awaitility.await().pollInterval(Duration.ofMillis(2)).until(() -> {
			this.fixture.time.advance(Duration.ofMillis(1));
			return condition.call();
		});
	}

	/** An intake that does as it is told. */
	private static final class FakeIntake implements RequestIntake {

		private final List<String> calls = new CopyOnWriteArrayList<>();

		private final AtomicLong onTheWay = new AtomicLong();

		private final AtomicLong waitingForThread = new AtomicLong();

		private final AtomicLong looks = new AtomicLong();

		private volatile @Nullable RuntimeException failure;

		private void call(String name) {
			RuntimeException failure = this.failure;
			if (failure != null) {
				throw failure;
			}
			this.calls.add(name);
		}

		@Override
		public void runDry() {
			call("run dry");
		}

		@Override
		public long onTheWay() {
			this.looks.incrementAndGet();
			return this.onTheWay.get();
		}

		@Override
		public long waitingForThread() {
			this.looks.incrementAndGet();
			return this.waitingForThread.get();
		}

		@Override
		public void closeIdle(Duration patience) {
			call("close idle after " + patience.toMillis() + " ms");
		}

		@Override
		public void lookAtUploads(boolean end) {
			call("look at uploads");
		}

		@Override
		public void stopListening() {
			call("stop listening");
		}

		@Override
		public void resume() {
			call("resume");
		}

	}

}
