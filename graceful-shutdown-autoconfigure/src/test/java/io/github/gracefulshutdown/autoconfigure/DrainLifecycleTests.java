package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.gracefulshutdown.Outcome;
import io.github.gracefulshutdown.Permit;
import io.github.gracefulshutdown.Stage;
import io.github.gracefulshutdown.WorkInFlight;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for {@link DrainLifecycle}. */
@ExtendWith(OutputCaptureExtension.class)
class DrainLifecycleTests {

	private final StepFixture fixture = new StepFixture();

	private final DrainLifecycle drain = new DrainLifecycle(this.fixture.state, this.fixture.time, this.fixture.gate,
			this.fixture.endlessWork, this.fixture.intakes, this.fixture.reporter, this.fixture.guests,
			() -> Duration.ofSeconds(10));

	@AfterEach
	void close() {
		this.fixture.close();
	}

	@Test
	void endsWithTheLastPermit() {
		Permit permit = this.fixture.enter();
		this.fixture.gate.close();
		CompletableFuture<Void> stopped = this.fixture.stop(this.drain);
		assertThat(stopped).isNotDone();
		assertThat(this.drain.isRunning()).isTrue();
		permit.close();
		StepFixture.get(stopped);
		assertThat(this.drain.isRunning()).isFalse();
		assertThat(this.fixture.state.stage()).isEqualTo(Stage.DRAINED);
		assertThat(this.fixture.state.beginDrain().outcome()).isEqualTo(Outcome.CLEAN);
	}

	@Test
	void endsAtItsTimeoutAndNamesTheWorkThatIsLeft(CapturedOutput output) {
		this.fixture.enter();
		this.fixture.gate.close();
		CompletableFuture<Void> stopped = this.fixture.stop(this.drain);
		this.fixture.time.advance(Duration.ofSeconds(10).minusNanos(1));
		assertThat(stopped).isNotDone();
		this.fixture.time.advance(Duration.ofNanos(1));
		StepFixture.get(stopped);
		Drain ended = this.fixture.state.beginDrain();
		assertThat(ended.outcome()).isEqualTo(Outcome.TIMED_OUT);
		assertThat(ended.stuck()).extracting(WorkInFlight::description).containsExactly("GET /");
		assertThat(output).contains("The time for the drain is over with 1 in flight")
			.contains("http GET / for 10000 ms on thread " + Thread.currentThread().getName());
	}

	@Test
	void neverTakesTheTimeThatIsKeptForTheTeardown() {
		this.fixture.enter();
		this.fixture.gate.close();
		this.fixture.state.beginDrain();
		this.fixture.time.advance(Duration.ofSeconds(13));
		CompletableFuture<Void> stopped = this.fixture.stop(this.drain);
		this.fixture.time.advance(Duration.ofSeconds(7).minusNanos(1));
		assertThat(stopped).isNotDone();
		this.fixture.time.advance(Duration.ofNanos(1));
		StepFixture.get(stopped);
	}

	@Test
	void endsAtADeadlineThatWasMoved() {
		this.fixture.enter();
		this.fixture.gate.close();
		CompletableFuture<Void> stopped = this.fixture.stop(this.drain);
		this.fixture.state.beginClose();
		assertThat(this.fixture.state.hurry(Duration.ofSeconds(2))).isTrue();
		this.fixture.state.hurrySteps();
		this.fixture.time.advance(Duration.ofMillis(1_600).minusNanos(1)); // a fifth is
																			// kept
		assertThat(stopped).isNotDone();
		this.fixture.time.advance(Duration.ofNanos(1));
		StepFixture.get(stopped);
	}

	@Test
	void keepsAndPublishesTheReport() {
		List<ShutdownReport> heard = new CopyOnWriteArrayList<>();
		this.fixture.context.addApplicationListener((ShutdownReportEvent event) -> heard.add(event.getReport()));
		this.fixture.enter();
		this.fixture.gate.close();
		CompletableFuture<Void> stopped = this.fixture.stop(this.drain);
		this.fixture.time.advance(Duration.ofSeconds(10));
		StepFixture.get(stopped);
		ShutdownReport report = Objects.requireNonNull(this.fixture.state.beginDrain().report());
		assertThat(heard).containsExactly(report);
		assertThat(report.outcome()).isEqualTo(Outcome.TIMED_OUT);
		assertThat(report.stage()).isEqualTo(Stage.LAME_DUCK);
		assertThat(report.after()).isEqualTo(Duration.ofSeconds(10));
		assertThat(report.work()).singleElement()
			.satisfies((work) -> assertThat(work.stack()).isNotEmpty().hasSizeLessThanOrEqualTo(20))
			.hasToString("http GET / for 10000 ms on thread %s\n    at %s".formatted(Thread.currentThread().getName(),
					String.join("\n    at ", report.work().get(0).stack())));
	}

	@Test
	void endsPolitelyWhatDoesNotEndByItself() {
		Permit stream = this.fixture.enter();
		this.fixture.endlessWork.add(stream, Duration.ZERO, stream::close);
		this.fixture.gate.close();
		StepFixture.get(this.fixture.stop(this.drain));
		assertThat(this.fixture.state.beginDrain().outcome()).isEqualTo(Outcome.CLEAN);
	}

	@Test
	void letsWhatDoesNotEndByItselfGoOnWhenTheDrainWasUndone() {
		this.fixture.gate.close();
		StepFixture.get(this.fixture.stop(this.drain));
		this.drain.start();
		this.fixture.gate.reopen();
		Permit stream = this.fixture.enter();
		this.fixture.endlessWork.add(stream, Duration.ZERO, stream::close);
		assertThat(this.fixture.gate.inFlight()).isOne();
	}

	@Test
	void endsWhenTheDrainIsUndone() {
		this.fixture.enter();
		this.fixture.gate.close();
		CompletableFuture<Void> stopped = this.fixture.stop(this.drain);
		this.fixture.state.beginDrain().cancel();
		StepFixture.get(stopped);
		assertThat(this.fixture.state.stage()).isEqualTo(Stage.LAME_DUCK);
	}

}
