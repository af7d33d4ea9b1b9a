package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Probers}, and for the {@link LameDuckLifecycle} that waits for them.
 */
class ProbersTests {

	private static final Duration SECOND = Duration.ofSeconds(1);

	private static final Duration NANO = Duration.ofNanos(1);

	private final StepFixture fixture = new StepFixture();

	private final Probers probers = new Probers(this.fixture.time, 3);

	@AfterEach
	void close() {
		this.fixture.close();
	}

	@Test
	void theLameDuckLastsUntilAProberHasSeenThreeRefusalsAndHadTheQuietPeriodToAct() {
		poll("lb", false, 3, SECOND);
		CompletableFuture<Void> stopped = stop();
		poll("lb", true, 2, SECOND);
		assertThat(stopped).isNotDone();
		assertThat(waitingFor()).containsExactly("GET /health by lb every 1000 ms (2 of 3 refusals)");
		check("lb", true);
		assertThat(waitingFor()).containsExactly("callers to be quiet");
		advance(SECOND.minus(NANO));
		assertThat(stopped).isNotDone();
		advance(NANO);
		assertThat(stopped).isCompleted();
	}

	@Test
	void eachProberCountsByItself() {
		for (int i = 0; i < 3; i++) {
			check("fast", false);
			check("slow", false);
			advance(SECOND);
		}
		CompletableFuture<Void> stopped = stop();
		poll("fast", true, 3, Duration.ofMillis(500));
		assertThat(waitingFor()).containsExactly("GET /health by slow every 1000 ms (0 of 3 refusals)");
		poll("slow", true, 3, SECOND);
		assertThat(stopped).isCompleted();
	}

	@Test
	void aProberThatWentAwayBeforeHoldsNothingUp() {
		poll("lb", false, 5, SECOND);
		advance(Duration.ofSeconds(2).minus(NANO));
		assertThat(this.probers.watch().waitingFor()).isNotEmpty();
		advance(NANO);
		assertThat(stop()).isCompleted();
	}

	@Test
	void aProberThatGoesAwayMeanwhileIsGivenUpAfterTwoMissedChecks() {
		poll("lb", false, 3, SECOND);
		CompletableFuture<Void> stopped = stop();
		check("lb", true);
		advance(Duration.ofSeconds(3).minus(NANO));
		assertThat(stopped).isNotDone();
		advance(NANO);
		assertThat(stopped).isCompleted();
	}

	@Test
	void aProberThatIsNeverRefusedIsGivenUpWhenItHasAskedAsOften() {
		poll("lb", false, 3, SECOND);
		CompletableFuture<Void> stopped = stop();
		poll("lb", false, 2, SECOND);
		assertThat(stopped).isNotDone();
		check("lb", false);
		assertThat(stopped).isCompleted();
	}

	@Test
	void aProberThatHasGivenTheInstanceUpBeforeHoldsNothingUp() {
		poll("lb", false, 3, SECOND);
		poll("lb", true, 3, SECOND);
		advance(Duration.ofMillis(500));
		assertThat(stop()).isCompleted();
	}

	@Test
	void whoWaitsForTheStartOrAsksOnceIsNoProber() {
		poll("start", true, 5, Duration.ofMillis(100));
		check("start", false);
		check("once", false);
		assertThat(stop()).isCompleted();
	}

	@Test
	void aProberThatIsTooSlowIsWaitedForUntilTheMaximum() {
		poll("lb", false, 3, Duration.ofSeconds(30));
		CompletableFuture<Void> stopped = stop();
		advance(Duration.ofSeconds(10).minus(NANO));
		assertThat(stopped).isNotDone();
		advance(NANO);
		assertThat(stopped).isCompleted();
	}

	@Test
	void connectionsAreClosedOverTheTimeThatTheProbersAreExpectedToTake() {
		poll("lb", false, 3, SECOND);
		assertThat(stop()).isNotDone();
		LameDuckWindow window = window();
		assertThat(window.minimum()).isZero();
		assertThat(window.spread()).isEqualTo(Duration.ofSeconds(3));
	}

	@Test
	void noProberIsWaitedForWithZeroHealthChecks() {
		Probers none = new Probers(this.fixture.time, 0);
		none.checked("GET /health", "lb", null, false);
		none.checked("GET /health", "lb", null, false);
		assertThat(none.watch().waitingFor()).isEmpty();
	}

	@Test
	void theChecksOfConsulEndWithItsRegistration() {
		for (int i = 0; i < 3; i++) {
			this.probers.checked("GET /health", "agent", "Consul Health Check", false);
		}
		assertThat(this.probers.watch().waitingFor()).isEmpty();
	}

	@Test
	void manyWhoAskOnceDoNotDisplaceTheOneThatPolls() {
		check("lb", false);
		check("lb", false);
		for (int i = 0; i < 2 * Probers.LIMIT; i++) {
			check("once " + i, false);
		}
		assertThat(this.probers.watch().waitingFor()).hasSize(1);
	}

	@Test
	void aNameThatIsTooLongIsCut() {
		check("x".repeat(1_000), false);
		check("x".repeat(1_000), false);
		assertThat(this.probers.watch().waitingFor().get(0)).hasSizeLessThan(250);
	}

	private void poll(String remote, boolean refused, int times, Duration interval) {
		for (int i = 0; i < times; i++) {
			check(remote, refused);
			advance(interval);
		}
	}

	private void check(String remote, boolean refused) {
		this.probers.checked("GET /health", remote, null, refused);
	}

	private void advance(Duration duration) {
		this.fixture.time.advance(duration);
	}

	private CompletableFuture<Void> stop() {
		return this.fixture.stop(new LameDuckLifecycle(this.fixture.state, this.fixture.time, this.fixture.gate,
				this.probers, new GracefulShutdownProperties.LameDuck(), false, this.fixture.servers));
	}

	private LameDuckWindow window() {
		return Objects.requireNonNull(this.fixture.state.beginDrain().lameDuckWindow());
	}

	private Iterable<String> waitingFor() {
		return window().waitingFor(this.fixture.time.nanoTime());
	}

}
