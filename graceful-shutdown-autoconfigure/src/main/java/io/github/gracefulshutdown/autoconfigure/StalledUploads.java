package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;

import io.github.gracefulshutdown.Stage;

/**
 * Ends uploads that are kept going without getting on, also those that were refused, from
 * the moment on at which the shutdown would wait for them: when the lame duck has lasted
 * for its minimum. They are looked at from its begin on, so that none of them adds more
 * than the two seconds that it takes to know.
 */
final class StalledUploads implements DrainParticipant {

	private static final Duration BETWEEN_LOOKS = Duration.ofMillis(250);

	private final ShutdownState state;

	private final RequestIntakes intakes;

	private final TimeSource time;

	StalledUploads(ShutdownState state, RequestIntakes intakes, TimeSource time) {
		this.state = state;
		this.intakes = intakes;
		this.time = time;
	}

	@Override
	public void stageChanged(StageChangedEvent event) {
		Drain drain = this.state.drain();
		if (event.getPreviousStage() == Stage.SERVING && drain != null) {
			look(drain);
		}
	}

	@SuppressWarnings("FutureReturnValueIgnored") // the next look follows, or none is due
	private void look(Drain drain) {
		if (this.state.drain() == drain && this.state.stage() != Stage.RELEASED) {
			this.intakes.lookAtUploads(isInTheWay(drain))
				.thenCompose((looked) -> this.time.in(BETWEEN_LOOKS))
				.thenRun(() -> look(drain));
		}
	}

	private boolean isInTheWay(Drain drain) {
		LameDuckWindow lameDuck = drain.lameDuckWindow();
		return this.state.stage().compareTo(Stage.BLOCKING) >= 0
				|| (lameDuck != null && lameDuck.isMinimumOver(this.time.nanoTime()));
	}

}
