package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for {@link CoarseTime}. */
class CoarseTimeTests {

	private static final Duration NANO = Duration.ofNanos(1);

	private final FakeTime time = new FakeTime();

	private final CoarseTime coarse = new CoarseTime(this.time);

	@Test
	void readsTheClockOnceInItsResolution() {
		long first = this.coarse.getAsLong();
		assertThat(first).isEqualTo(this.time.nanoTime());
		this.time.advance(CoarseTime.RESOLUTION.minus(NANO));
		assertThat(this.coarse.getAsLong()).isEqualTo(first);
		this.time.advance(NANO);
		assertThat(this.coarse.getAsLong()).isEqualTo(first + CoarseTime.RESOLUTION.toNanos());
	}

	@Test
	void runsNothingWhileNobodyAsks() {
		assertThat(this.time.timers()).isZero();
		this.coarse.getAsLong();
		for (int i = 0; i < CoarseTime.IDLE_TICKS; i++) {
			assertThat(this.time.timers()).isOne();
			this.time.advance(CoarseTime.RESOLUTION);
		}
		this.time.advance(CoarseTime.RESOLUTION);
		assertThat(this.time.timers()).isZero();
	}

	@Test
	void goesOnWhenItIsAskedAfterAPause() {
		this.coarse.getAsLong();
		for (int i = 0; i < 2 * CoarseTime.IDLE_TICKS; i++) {
			this.time.advance(CoarseTime.RESOLUTION);
		}
		readsTheClockOnceInItsResolution();
	}

	@Test
	void isNeverOlderThanItsResolutionWhileItIsAskedAgainAndAgain() {
		for (int i = 0; i < 1_000; i++) {
			this.time.advance(Duration.ofMillis(7));
			assertThat(this.time.nanoTime() - this.coarse.getAsLong()).isBetween(0L, CoarseTime.RESOLUTION.toNanos());
		}
	}

}
