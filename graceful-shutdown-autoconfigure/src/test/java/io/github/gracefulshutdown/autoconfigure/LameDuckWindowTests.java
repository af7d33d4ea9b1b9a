package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for {@link LameDuckWindow}. */
class LameDuckWindowTests {

	private final long start = Long.MAX_VALUE; // so that every later time has overflown

	private final LameDuckWindow window = window(Duration.ofNanos(100));

	@Test
	void theShareGrowsFromNothingToAllOverTheSpreadAndStaysThere() {
		assertThat(this.window.elapsedShare(this.start)).isZero();
		assertThat(this.window.elapsedShare(this.start + 25)).isEqualTo(0.25);
		assertThat(this.window.elapsedShare(this.start + 100)).isEqualTo(1);
		assertThat(this.window.elapsedShare(this.start + 1_000)).isEqualTo(1);
	}

	@Test
	void theShareIsAllWithoutASpread() {
		assertThat(window(Duration.ZERO).elapsedShare(this.start)).isEqualTo(1);
	}

	private LameDuckWindow window(Duration spread) {
		return new LameDuckWindow(this.start, Duration.ZERO, spread,
				new Probers(new FakeTime(), 3, (prober) -> false).watch(Duration.ZERO, Duration.ZERO));
	}

}
