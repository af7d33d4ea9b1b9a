package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.gracefulshutdown.DrainGate;
import io.github.gracefulshutdown.Permit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for {@link EndlessWork}. */
class EndlessWorkTests {

	private final FakeTime time = new FakeTime();

	private final DrainGate gate = new DrainGate(this.time::nanoTime);

	private final AtomicInteger ended = new AtomicInteger();

	@Test
	void isToldToEndOnce() {
		EndlessWork work = work(StreamPolicy.COMPLETE);
		work.add(enter(), Duration.ZERO, this.ended::incrementAndGet);
		assertThat(this.ended).hasValue(0);
		work.endAll();
		work.endAll();
		awaitEnded(1);
	}

	@Test
	void isNotToldWhenItHasEndedByItself() {
		EndlessWork work = work(StreamPolicy.COMPLETE);
		Runnable first = work.add(enter(), Duration.ZERO, this.ended::incrementAndGet);
		work.add(enter(), Duration.ZERO, () -> this.ended.addAndGet(10));
		first.run();
		work.endAll();
		awaitEnded(10);
	}

	@Test
	void isToldAtOnceWhenItComesAfterTheBeginOfTheDrain() {
		EndlessWork work = work(StreamPolicy.COMPLETE);
		work.endAll();
		work.add(enter(), Duration.ZERO, this.ended::incrementAndGet);
		awaitEnded(1);
	}

	@Test
	void isToldWithinTheSpreadAndNotBefore() {
		EndlessWork work = work(StreamPolicy.COMPLETE);
		for (int i = 0; i < 100; i++) {
			work.add(enter(), Duration.ofSeconds(1), this.ended::incrementAndGet);
		}
		work.endAll();
		assertThat(this.ended).hasValue(0);
		this.time.advance(Duration.ofMillis(500));
		Awaitility.await().untilAsserted(() -> assertThat(this.ended).hasValueBetween(20, 80));
		this.time.advance(Duration.ofMillis(500));
		awaitEnded(100);
	}

	@Test
	void endsThatThrowKeepNoOtherFromBeingTold() {
		EndlessWork work = work(StreamPolicy.COMPLETE);
		for (int i = 0; i < 20; i++) {
			work.add(enter(), Duration.ZERO, () -> {
				this.ended.incrementAndGet();
				throw new IllegalStateException("broken pipe");
			});
		}
		work.endAll();
		awaitEnded(20);
	}

	@Test
	void endsThatHangKeepNoOtherFromBeingTold() {
		EndlessWork work = work(StreamPolicy.COMPLETE);
		CompletableFuture<Void> hanging = new CompletableFuture<>();
		for (int i = 0; i < 40; i++) {
			work.add(enter(), Duration.ZERO, hanging::join); // takes no notice of
																// interrupts
			work.add(enter(), Duration.ZERO, this.ended::incrementAndGet);
		}
		work.endAll();
		Awaitility.await().until(() -> {
			this.time.advance(Duration.ofMillis(100));
			return this.ended.get() == 40;
		});
		hanging.complete(null);
	}

	@Test
	void isWaitedForAndNotToldWhenThatIsThePolicy() {
		EndlessWork work = work(StreamPolicy.AWAIT);
		work.add(enter(), Duration.ZERO, this.ended::incrementAndGet);
		work.endAll();
		assertThat(this.ended).hasValue(0);
		assertThat(this.gate.inFlight()).isOne();
	}

	@Test
	void isNotCountedWhenThatIsThePolicy() {
		work(StreamPolicy.IGNORE).add(enter(), Duration.ZERO, this.ended::incrementAndGet);
		assertThat(this.gate.inFlight()).isZero();
	}

	@Test
	void keepsNobodyFromBeingQuiet() {
		work(StreamPolicy.COMPLETE).add(enter(), Duration.ZERO, this.ended::incrementAndGet);
		this.time.advance(Duration.ofSeconds(1));
		assertThat(this.gate.quietFor()).isGreaterThan(Duration.ofSeconds(1));
		assertThat(this.gate.inFlight()).isOne();
		try (Permit request = enter()) {
			assertThat(request).isNotNull();
			assertThat(this.gate.quietFor()).isZero();
		}
	}

	private EndlessWork work(StreamPolicy policy) {
		return new EndlessWork(this.time, new GuestRunner(this.time, getClass().getClassLoader()), policy);
	}

	private Permit enter() {
		return this.gate.enter("http", "GET /events");
	}

	private void awaitEnded(int expected) {
		Awaitility.await().untilAsserted(() -> assertThat(this.ended).hasValue(expected));
	}

}
