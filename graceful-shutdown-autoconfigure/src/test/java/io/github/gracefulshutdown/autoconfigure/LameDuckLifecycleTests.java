package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

import io.github.gracefulshutdown.Permit;
import io.github.gracefulshutdown.Stage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for {@link LameDuckLifecycle}. */
class LameDuckLifecycleTests {

	private static final Duration NANO = Duration.ofNanos(1);

	private final StepFixture fixture = new StepFixture();

	private ServerPresence servers = this.fixture.servers;

	private final Probers probers = new Probers(this.fixture.time, 3, (prober) -> false);

	private final GracefulShutdownProperties properties = new GracefulShutdownProperties();

	private final GracefulShutdownProperties.LameDuck settings = this.properties.getLameDuck();

	private final Set<String> set = new HashSet<>();

	@AfterEach
	void close() {
		this.fixture.close();
	}

	@Test
	void endsAtOnceWhenIdleAndNobodyWasTold() {
		assertThat(stop(false)).isCompleted();
	}

	@Test
	void lastsForTheMinimumWhenIdleAndCallersFollow() {
		this.fixture.state.beginDrain().setFollowedByCallers();
		CompletableFuture<Void> stopped = stop(false);
		this.fixture.time.advance(Duration.ofSeconds(5).minus(NANO));
		assertThat(stopped).isNotDone();
		this.fixture.time.advance(NANO);
		assertThat(stopped).isCompleted();
	}

	@Test
	void lastsForTheMinimumOnACloudPlatform() {
		CompletableFuture<Void> stopped = stop(true);
		this.fixture.time.advance(Duration.ofSeconds(5).minus(NANO));
		assertThat(stopped).isNotDone();
		this.fixture.time.advance(NANO);
		assertThat(stopped).isCompleted();
	}

	@Test
	void endsAtOnceOnACloudPlatformWithoutAServer() {
		this.servers = new ServerPresence(this.fixture.context);
		assertThat(stop(true)).isCompleted();
	}

	@Test
	void isNotQuietForALongTimeAfterTheLastWorkWithoutAServer() {
		this.servers = new ServerPresence(this.fixture.context);
		this.fixture.enter().close();
		this.fixture.time.advance(NANO);
		assertThat(stop(true)).isCompleted();
	}

	@Test
	void lastsUntilTheWorkInFlightHasEndedWithoutAServer() {
		this.servers = new ServerPresence(this.fixture.context);
		Permit permit = this.fixture.enter();
		CompletableFuture<Void> stopped = stop(false);
		this.fixture.time.advance(Duration.ofSeconds(9));
		assertThat(stopped).isNotDone();
		permit.close();
		this.fixture.time.advance(Duration.ofMillis(40));
		assertThat(stopped).isCompleted();
	}

	@Test
	void lastsForTheMinimumWithoutAServerWhenCallersFollow() {
		this.servers = new ServerPresence(this.fixture.context);
		this.fixture.state.beginDrain().setFollowedByCallers();
		CompletableFuture<Void> stopped = stop(false);
		this.fixture.time.advance(Duration.ofSeconds(5).minus(NANO));
		assertThat(stopped).isNotDone();
		this.fixture.time.advance(NANO);
		assertThat(stopped).isCompleted();
	}

	@Test
	void lastsForTheMinimumThatWasSetWithoutAServer() {
		this.servers = new ServerPresence(this.fixture.context);
		this.settings.setMinimum(Duration.ofSeconds(2));
		assertThat(stop(false)).isNotDone();
	}

	@Test
	void lastsForTheMinimumThatWasSetWhereverItRuns() {
		this.settings.setMinimum(Duration.ofSeconds(2));
		CompletableFuture<Void> stopped = stop(false);
		this.fixture.time.advance(Duration.ofSeconds(2).minus(NANO));
		assertThat(stopped).isNotDone();
		this.fixture.time.advance(NANO);
		assertThat(stopped).isCompleted();
	}

	@Test
	void endsExactlyAQuietPeriodAfterTheLastWorkHasEnded() {
		Permit permit = this.fixture.enter();
		CompletableFuture<Void> stopped = stop(false);
		this.fixture.time.advance(Duration.ofMillis(1_300));
		permit.close();
		this.fixture.time.advance(Duration.ofSeconds(1).minus(NANO));
		assertThat(stopped).isNotDone();
		this.fixture.time.advance(NANO);
		assertThat(stopped).isCompleted();
	}

	@Test
	void endsAtOnceForSomebodyAtATerminalWhenNobodyWasTold() {
		this.fixture.enter();
		this.fixture.state.setInterrupted();
		assertThat(stop(false)).isCompleted();
	}

	@Test
	void lastsForSomebodyAtATerminalTooWhenCallersFollow() {
		this.fixture.state.setInterrupted();
		this.fixture.state.beginDrain().setFollowedByCallers();
		assertThat(stop(false)).isNotDone();
	}

	@Test
	void endsAtOnceWhenTheShutdownIsCutShort() {
		this.fixture.state.beginDrain().setFollowedByCallers();
		CompletableFuture<Void> stopped = stop(false);
		this.fixture.state.beginClose();
		assertThat(stopped).isNotDone();
		this.fixture.state.hurry(Duration.ofSeconds(2));
		this.fixture.state.hurrySteps();
		assertThat(stopped).isCompleted();
	}

	@Test
	void isKeptGoingByTrafficUntilTheMaximum() {
		CompletableFuture<Void> stopped = null;
		for (int i = 0; i < 20; i++) {
			this.fixture.enter().close();
			stopped = (stopped != null) ? stopped : stop(false);
			assertThat(stopped).isNotDone();
			this.fixture.time.advance(Duration.ofMillis(500));
		}
		assertThat(stopped).isCompleted();
	}

	/*
	 * Callers without the starter: their caches outlive the deregistration, and each of
	 * them comes every few seconds until it has looked again.
	 */
	@Test
	void lastsUntilTheLastCallerHasLookedAgainWhereTheGracePeriodIsKnownToBeLong() {
		followAGracePeriodOf(Duration.ofMinutes(2));
		assertThat(refusedOfCallersThatComeFor(Duration.ofSeconds(95), Duration.ofSeconds(4))).isZero();
	}

	@Test
	void refusesThoseThatComeAfterTheMaximumWhereNoGracePeriodIsKnown() {
		assertThat(refusedOfCallersThatComeFor(Duration.ofSeconds(95), Duration.ofMillis(500))).isPositive();
	}

	@Test
	void lastsNoLongerForAnIdleInstanceBecauseThereIsTime() {
		followAGracePeriodOf(Duration.ofMinutes(2));
		this.fixture.state.beginDrain().setFollowedByCallers();
		CompletableFuture<Void> stopped = stop(false);
		this.fixture.time.advance(Duration.ofSeconds(5).minus(NANO));
		assertThat(stopped).isNotDone();
		this.fixture.time.advance(NANO);
		assertThat(stopped).isCompleted();
	}

	@Test
	void endsATenthOfALongerMaximumAfterTheLastCaller() {
		followAGracePeriodOf(Duration.ofMinutes(2));
		CompletableFuture<Void> stopped = stop(false);
		assertThat(stopped).isCompleted(); // nobody has ever come
		this.fixture.state.endDrain();
		this.fixture.enter().close();
		stopped = stop(false);
		this.fixture.time.advance(Duration.ofSeconds(10).minus(NANO));
		assertThat(stopped).isNotDone();
		this.fixture.time.advance(NANO);
		assertThat(stopped).isCompleted();
	}

	private void followAGracePeriodOf(Duration gracePeriod) {
		this.properties.getPlatform().setGracePeriod(gracePeriod);
		this.fixture.timeout = new Budget(this.properties, this.set::contains).times().timeout();
	}

	/** Counts the requests that come when the lame duck is over. */
	private int refusedOfCallersThatComeFor(Duration caches, Duration gap) {
		this.fixture.enter().close();
		this.fixture.state.beginDrain().setFollowedByCallers();
		CompletableFuture<Void> stopped = stop(false);
		int refused = 0;
		for (Duration passed = gap; passed.compareTo(caches) <= 0; passed = passed.plus(gap)) {
			this.fixture.time.advance(gap);
			if (stopped.isDone()) {
				refused++;
			}
			else {
				this.fixture.enter().close();
			}
		}
		this.fixture.time.advance(Duration.ofSeconds(10));
		assertThat(stopped).isCompleted();
		return refused;
	}

	@Test
	void aMaximumOfZeroSwitchesItOffWhateverTheTraffic() {
		this.settings.setMaximum(Duration.ZERO);
		this.fixture.enter();
		assertThat(stop(true)).isCompleted();
	}

	@Test
	void endsAtOnceWhenTheDrainIsUndone() {
		this.fixture.enter();
		CompletableFuture<Void> stopped = stop(false);
		this.fixture.state.beginDrain().cancel();
		assertThat(stopped).isCompleted();
	}

	@Test
	void startTakesTheNoticeBack() {
		LameDuckLifecycle lameDuck = lameDuck(false);
		assertThat(this.fixture.stop(lameDuck)).isCompleted();
		assertThat(this.fixture.state.stage()).isEqualTo(Stage.LAME_DUCK);
		lameDuck.start();
		assertThat(this.fixture.state.stage()).isEqualTo(Stage.SERVING);
		assertThat(this.fixture.state.drain()).isNull();
	}

	@Test
	void aStopWithoutADrainDoesNotWait() {
		LameDuckLifecycle lameDuck = lameDuck(true);
		lameDuck.start();
		CompletableFuture<Void> stopped = new CompletableFuture<>();
		lameDuck.stop(() -> stopped.complete(null));
		assertThat(stopped).isCompleted();
		assertThat(lameDuck.isRunning()).isFalse();
	}

	private CompletableFuture<Void> stop(boolean onCloudPlatform) {
		LameDuckLifecycle lameDuck = lameDuck(onCloudPlatform);
		boolean begun = this.fixture.state.drain() != null;
		if (!begun) {
			return this.fixture.stop(lameDuck);
		}
		CompletableFuture<Void> stopped = new CompletableFuture<>();
		lameDuck.stop(() -> stopped.complete(null));
		return stopped;
	}

	private LameDuckLifecycle lameDuck(boolean onCloudPlatform) {
		return new LameDuckLifecycle(this.fixture.state, this.fixture.time, this.fixture.gate, this.probers,
				this.properties.getLameDuck(), new Budget(this.properties, this.set::contains), onCloudPlatform,
				this.servers);
	}

}
