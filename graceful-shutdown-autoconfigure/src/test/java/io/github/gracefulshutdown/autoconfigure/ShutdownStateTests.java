package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

import io.github.gracefulshutdown.Outcome;
import io.github.gracefulshutdown.Stage;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationListener;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for {@link ShutdownState}. */
@ExtendWith(OutputCaptureExtension.class)
class ShutdownStateTests {

	private final StepFixture fixture = new StepFixture();

	private final ShutdownState state = this.fixture.state;

	@AfterEach
	void close() {
		this.fixture.close();
	}

	@Test
	void aShutdownThatIsHurriedHasNoMoreThanTheGrace() {
		Drain drain = this.state.beginDrain();
		this.state.beginClose();
		assertThat(this.state.hurry(Duration.ofSeconds(2))).isTrue();
		this.state.hurrySteps();
		assertThat(remaining()).isEqualTo(Duration.ofSeconds(2));
		assertThat(drain.deadline().remaining()).isEqualTo(Duration.ofMillis(1_600));
	}

	@Test
	void aShutdownIsNeverGivenMoreTimeByBeingHurried() {
		this.state.beginClose();
		this.fixture.time.advance(Duration.ofSeconds(24));
		assertThat(this.state.hurry(Duration.ofSeconds(2))).isFalse();
		assertThat(remaining()).isEqualTo(Duration.ofSeconds(1));
	}

	@Test
	void onlyAContextThatClosesIsHurried() {
		Drain drain = this.state.beginDrain();
		assertThat(this.state.hurry(Duration.ofSeconds(2))).isFalse();
		assertThat(drain.isHurried()).isFalse();
		assertThat(remaining()).isEqualTo(Duration.ofSeconds(25));
	}

	@Test
	void thereIsNoDeadlineWithoutASign() {
		assertThat(this.state.deadline()).isNull();
		assertThat(this.state.stage()).isEqualTo(Stage.SERVING);
	}

	@Test
	void theDeadlineIsFixedByTheFirstSignAndKeepsTimeForTheTeardown() {
		Drain drain = this.state.beginDrain();
		assertThat(remaining()).isEqualTo(Duration.ofSeconds(25));
		assertThat(drain.deadline().remaining()).isEqualTo(Duration.ofSeconds(20));
		this.fixture.time.advance(Duration.ofSeconds(4));
		this.state.beginClose();
		assertThat(this.state.beginDrain()).isSameAs(drain);
		assertThat(remaining()).isEqualTo(Duration.ofSeconds(21));
	}

	@Test
	void aDrainThatIsUnderWayKeepsItsDeadlineWhenTheContextCloses() {
		this.state.beginDrain();
		this.fixture.time.advance(Duration.ofSeconds(24));
		this.state.beginClose();
		assertThat(remaining()).isEqualTo(Duration.ofSeconds(1));
	}

	@Test
	void aDrainThatEndedLeavesTheExitWhatRemains() {
		this.state.beginDrain().end();
		this.fixture.time.advance(Duration.ofSeconds(20));
		this.state.beginClose();
		assertThat(remaining()).isEqualTo(Duration.ofSeconds(5));
	}

	@Test
	void anInstanceThatStoodDrainedGetsTimeToExitOnce() {
		this.state.beginDrain().end();
		this.fixture.time.advance(Duration.ofHours(1));
		this.state.beginClose();
		assertThat(remaining()).isEqualTo(Duration.ofSeconds(25));
		this.fixture.time.advance(Duration.ofSeconds(24));
		this.state.beginClose();
		assertThat(remaining()).isEqualTo(Duration.ofSeconds(1));
	}

	@Test
	void aDrainThatWasUndoneLeavesNoDeadline() {
		this.state.beginDrain();
		this.state.endDrain();
		assertThat(this.state.deadline()).isNull();
	}

	@Test
	void listenersHearOfEveryStageInOrder() {
		List<StageChangedEvent> events = new ArrayList<>();
		this.fixture.context.addApplicationListener(new StageListener(events::add));
		StepFixture.get(this.state.beginDrain().announced());
		this.fixture.time.advance(Duration.ofSeconds(2));
		StepFixture.get(this.state.enter(Stage.BLOCKING));
		assertThat(events).extracting(StageChangedEvent::getStage).containsExactly(Stage.LAME_DUCK, Stage.BLOCKING);
		StageChangedEvent last = events.get(1);
		assertThat(last.getPreviousStage()).isEqualTo(Stage.LAME_DUCK);
		assertThat(last.getTimeInPreviousStage()).isEqualTo(Duration.ofSeconds(2));
		assertThat(last.getOutcome()).isEqualTo(Outcome.CLEAN);
	}

	@Test
	void aListenerThatThrowsStopsNothing(CapturedOutput output) {
		this.fixture.context.addApplicationListener(new StageListener((event) -> {
			throw new IllegalStateException("listener broken");
		}));
		StepFixture.get(this.state.beginDrain().announced());
		assertThat(output).contains("A listener for stage LAME_DUCK failed").contains("listener broken");
	}

	@Test
	void aListenerThatHangsIsLeftBehindAfterASecond(CapturedOutput output) {
		CountDownLatch entered = new CountDownLatch(1);
		this.fixture.context.addApplicationListener(new StageListener((event) -> {
			entered.countDown();
			new CountDownLatch(1).await();
		}));
		Drain drain = this.state.beginDrain();
		this.fixture.time.advance(Duration.ofSeconds(1));
		StepFixture.get(drain.announced());
		assertThat(output).contains("A listener for stage LAME_DUCK failed");
	}

	@Test
	void participantsAreToldWhateverListenersAndOtherParticipantsDo(CapturedOutput output) {
		List<Object> told = new CopyOnWriteArrayList<>();
		this.fixture.context.addApplicationListener(new StageListener((event) -> new CountDownLatch(1).await()));
		this.fixture.join(new BrokenParticipant());
		this.fixture.join(new DrainParticipant() {

			@Override
			public void stageChanged(StageChangedEvent event) {
				told.add(event.getStage());
			}

			@Override
			public void lastCall() {
				told.add("last call");
			}

			@Override
			public void contextCloses() {
				told.add("close");
			}

		});
		CompletableFuture<Void> announced = this.state.beginDrain().announced();
		Awaitility.await().until(() -> told.contains(Stage.LAME_DUCK));
		assertThat(announced).isNotDone(); // by the listener
		this.fixture.time.advance(Duration.ofSeconds(1));
		StepFixture.get(announced);
		StepFixture.get(this.state.lastCall());
		this.state.contextCloses();
		assertThat(told).containsExactly(Stage.LAME_DUCK, "last call", "close");
		assertThat(output).contains("A participant for stage LAME_DUCK failed")
			.contains("A participant for the last call failed")
			.contains("A participant for the close failed");
	}

	private Duration remaining() {
		return Objects.requireNonNull(this.state.deadline()).remaining();
	}

	private static final class BrokenParticipant implements DrainParticipant {

		@Override
		public void stageChanged(StageChangedEvent event) {
			throw new IllegalStateException("participant broken");
		}

		@Override
		public void lastCall() {
			throw new IllegalStateException("participant broken");
		}

		@Override
		public void contextCloses() {
			throw new IllegalStateException("participant broken");
		}

	}

	private interface Listener {

		void accept(StageChangedEvent event) throws Exception;

	}

	private record StageListener(Listener listener) implements ApplicationListener<StageChangedEvent> {

		@Override
		public void onApplicationEvent(StageChangedEvent event) {
			try {
				this.listener.accept(event);
			}
			catch (RuntimeException ex) {
				throw ex;
			}
			catch (Exception ex) {
				throw new IllegalStateException(ex);
			}
		}

	}

}
