package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Probers}, and for the {@link LameDuckLifecycle} that waits for them.
 */
class ProbersTests {

	private static final Duration SECOND = Duration.ofSeconds(1);

	private static final Duration NANO = Duration.ofNanos(1);

	private final StepFixture fixture = new StepFixture();

	private final Probers probers = new Probers(this.fixture.time, 3, (prober) -> false);

	private final GracefulShutdownProperties properties = new GracefulShutdownProperties();

	private final Set<String> set = new HashSet<>();

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
		assertThat(watch(this.probers).waitingFor()).isNotEmpty();
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
	void aProberThatCannotBeRefusedOftenEnoughWithinTheMaximumHoldsNothingUp() {
		poll("lb", false, 3, Duration.ofMillis(3_334));
		assertThat(stop()).isCompleted();
	}

	/** A check that comes late on a busy machine, and the next that is then in time. */
	@Test
	void aProberIsTakenToBeAsQuickAsItHasEverBeen() {
		poll("lb", false, 1, Duration.ofSeconds(6));
		poll("lb", false, 1, SECOND);
		check("lb", false);
		assertThat(stop()).isNotDone();
	}

	@Test
	void aProberThatCanJustBeRefusedOftenEnoughIsWaitedFor() {
		poll("lb", false, 3, Duration.ofMillis(3_333));
		CompletableFuture<Void> stopped = stop();
		poll("lb", true, 2, Duration.ofMillis(3_333));
		assertThat(stopped).isNotDone();
		poll("lb", true, 1, Duration.ofMillis(3_333));
		assertThat(stopped).isCompleted();
	}

	@Test
	void aProberThatWasRefusedBeforeNeedsLess() {
		poll("lb", false, 3, Duration.ofSeconds(4));
		check("lb", true);
		assertThat(stop()).isNotDone();
	}

	@Test
	void whoeverIsNotWaitedForIsNamed() {
		poll("lb", false, 3, Duration.ofSeconds(5));
		assertThat(watch(this.probers).waitingFor()).isEmpty();
		assertThat(watch(this.probers).summary())
			.isEqualTo("probers [GET /health by lb every 5000 ms: not waited for]");
	}

	@Test
	void aLongerLameDuckWaitsForSlowerProbers() {
		followALongGracePeriod();
		poll("lb", false, 3, Duration.ofSeconds(30));
		CompletableFuture<Void> stopped = stop();
		poll("lb", true, 2, Duration.ofSeconds(30));
		assertThat(stopped).isNotDone();
		poll("lb", true, 1, Duration.ofSeconds(30));
		assertThat(stopped).isCompleted();
	}

	@Test
	void monitoringThatAsksEveryMinuteHoldsNothingUpHoweverLongTheLameDuckMayBe() {
		this.properties.getPlatform().setGracePeriod(Duration.ofMinutes(10));
		poll("monitoring", false, 3, Duration.ofMinutes(1));
		assertThat(stop()).isCompleted();
	}

	@ParameterizedTest
	@ValueSource(strings = { "127.0.0.1", "0:0:0:0:0:0:0:1", "::1", "::ffff:127.0.0.1" })
	void theHealthCheckOfAContainerHoldsNothingUp(String loopback) {
		for (String agent : new String[] { "curl/8.5.0", "Wget/1.21.4", "Wget" }) {
			pollBy(loopback, agent, SECOND);
		}
		assertThat(stop()).isCompleted();
	}

	@ParameterizedTest
	@ValueSource(strings = { "haproxy", "curl/8.5.0" })
	void aLoadBalancerIsWaitedForOnThisMachineAndElsewhereByWhateverItAsks(String agent) {
		pollBy(agent.equals("haproxy") ? "127.0.0.1" : "10.0.0.7", agent.equals("haproxy") ? null : agent, SECOND);
		assertThat(stop()).isNotDone();
	}

	@Test
	void aSlowProberOnThisMachineIsNotWaitedForBecauseTheLameDuckMayBeLonger() {
		followALongGracePeriod();
		pollBy("127.0.0.1", "agent", Duration.ofSeconds(30));
		assertThat(stop()).isCompleted();
	}

	@Test
	void aProberIsWaitedForOnlyWhileItIsRefused() {
		AtomicBoolean kept = new AtomicBoolean(true);
		Probers some = new Probers(this.fixture.time, 3, (prober) -> kept.get() && prober.isKubelet());
		for (int i = 0; i < 3; i++) {
			some.checked("GET /health", "kubelet", "kube-probe/1.31", false);
			some.checked("GET /health", "lb", "haproxy", false);
			advance(SECOND);
		}
		ProberWatch watch = watch(some);
		assertThat(watch.waitingFor()).singleElement().asString().contains("by lb");
		kept.set(false); // the pod turns out not to be deleted
		assertThat(watch.waitingFor()).hasSize(2);
	}

	@Test
	void nothingIsExpectedOfAProberThatIsNotRefused() {
		Probers kept = new Probers(this.fixture.time, 3, (prober) -> true);
		for (int i = 0; i < 3; i++) {
			kept.checked("GET /health", "lb", "haproxy", false);
			advance(SECOND);
		}
		assertThat(watch(kept).expected()).isZero();
		assertThat(watch(kept).remaining(SECOND)).isZero();
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
		Probers none = new Probers(this.fixture.time, 0, (prober) -> false);
		for (int i = 0; i < 3; i++) {
			none.checked("GET /health", "lb", null, false);
		}
		assertThat(watch(none).waitingFor()).isEmpty();
	}

	@Test
	void theChecksOfConsulEndWithItsRegistration() {
		for (int i = 0; i < 3; i++) {
			this.probers.checked("GET /health", "agent", "Consul Health Check", false);
		}
		assertThat(watch(this.probers).waitingFor()).isEmpty();
	}

	@Test
	void manyWhoAskOnceAreNotWaitedForAndDoNotDisplaceTheOneThatPolls() {
		poll("lb", false, 4, SECOND);
		for (int i = 0; i < 3 * Probers.LIMIT; i++) {
			poll("some " + i, false, 1, Duration.ofMillis(3));
		}
		assertThat(watch(this.probers).waitingFor()).singleElement().asString().contains("by lb");
	}

	@Test
	void manyWhoComeBackDoNotDisplaceTheOneThatPolls() {
		poll("lb", false, 4, SECOND);
		for (int i = 0; i < 3 * Probers.LIMIT; i++) {
			poll("fake " + i, false, 4, Duration.ofMillis(1));
		}
		check("lb", false);
		assertThat(watch(this.probers).waitingFor()).hasSize(Probers.LIMIT)
			.anyMatch((one) -> one.contains("by lb every"));
	}

	@Test
	void aProberIsTheSameWhateverItCallsItself() {
		poll("lb", false, 10, SECOND);
		for (int i = 0; i < 300; i++) {
			this.probers.checked("GET /health", "lb", "agent " + i / 2, false);
			advance(Duration.ofMillis(10));
		}
		assertThat(watch(this.probers).waitingFor()).singleElement().asString().doesNotContain("agent");
	}

	@Test
	void aBurstBehindTheAddressOfAProberDoesNotMakeItGone() {
		poll("lb", false, 10, Duration.ofSeconds(3));
		poll("lb", false, 300, Duration.ofMillis(10));
		advance(Duration.ofSeconds(3));
		assertThat(watch(this.probers).waitingFor()).hasSize(1);
	}

	@Test
	void oneNetworkOfManyAddressesHasNoMoreThanItsPart() {
		for (int i = 0; i < Probers.LIMIT; i++) {
			poll("2001:db8:0:1:0:0:0:" + Integer.toHexString(i), false, 3, NANO);
		}
		poll("2001:db8:0:2:0:0:0:1", false, 3, NANO);
		poll("10.0.0.1", false, 3, NANO);
		assertThat(watch(this.probers).waitingFor()).hasSize(Probers.LIMIT_OF_NETWORK + 2);
	}

	@Test
	void oneAddressThatAsksForManyPathsHasNoMoreThanItsPart() {
		for (int i = 0; i < Probers.LIMIT; i++) {
			for (int times = 0; times < 3; times++) {
				this.probers.checked("GET", "/health/" + i, "10.0.0.1", null, 200);
			}
		}
		assertThat(watch(this.probers).waitingFor()).hasSize(Probers.LIMIT_OF_NETWORK);
	}

	@Test
	void spellingsOfAPathAreOne() {
		for (String path : new String[] { "/health", "/health/", "//health", "/health///" }) {
			this.probers.checked("GET", path, "lb", null, 200);
		}
		assertThat(watch(this.probers).waitingFor()).singleElement().asString().startsWith("GET /health by lb");
	}

	@Test
	void pathsThatDoNotExistAndAnswersThatSendElsewhereMakeNoProber() {
		for (int i = 0; i < 5; i++) {
			this.probers.checked("GET", "/health/missing", "lb", null, 404);
			this.probers.checked("GET", "/health", "browser", null, 302);
		}
		assertThat(watch(this.probers).waitingFor()).isEmpty();
	}

	@Test
	void aNewcomerTakesThePlaceOfOneThatIsGone() {
		for (int i = 0; i < Probers.LIMIT; i++) {
			poll("old " + i, false, 3, NANO);
		}
		advance(Duration.ofSeconds(2));
		poll("lb", false, 3, SECOND);
		assertThat(watch(this.probers).waitingFor()).singleElement().asString().contains("by lb");
	}

	@Test
	void aNameThatIsTooLongIsCutAndEscaped() {
		poll("\n" + "x".repeat(1_000), false, 3, NANO);
		assertThat(watch(this.probers).waitingFor().get(0)).hasSizeLessThan(260).contains("\\u000ax");
	}

	private void poll(String remote, boolean refused, int times, Duration interval) {
		for (int i = 0; i < times; i++) {
			check(remote, refused);
			advance(interval);
		}
	}

	private void pollBy(String remote, @Nullable String agent, Duration interval) {
		for (int i = 0; i < 4; i++) {
			this.probers.checked("GET /health", remote, agent, false);
			advance(interval);
		}
	}

	private void followALongGracePeriod() {
		this.properties.getPlatform().setGracePeriod(Duration.ofMinutes(2));
		this.fixture.timeout = Duration.ofSeconds(115);
	}

	private static ProberWatch watch(Probers probers) {
		return probers.watch(Duration.ofSeconds(10), Duration.ofSeconds(10));
	}

	private void check(String remote, boolean refused) {
		this.probers.checked("GET /health", remote, null, refused);
	}

	private void advance(Duration duration) {
		this.fixture.time.advance(duration);
	}

	private CompletableFuture<Void> stop() {
		return this.fixture.stop(new LameDuckLifecycle(this.fixture.state, this.fixture.time, this.fixture.gate,
				this.probers, this.properties.getLameDuck(), new Budget(this.properties, this.set::contains), false,
				this.fixture.servers));
	}

	private LameDuckWindow window() {
		return Objects.requireNonNull(this.fixture.state.beginDrain().lameDuckWindow());
	}

	private Iterable<String> waitingFor() {
		return window().waitingFor(this.fixture.time.nanoTime());
	}

}
