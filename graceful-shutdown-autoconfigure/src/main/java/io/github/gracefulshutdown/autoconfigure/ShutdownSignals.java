package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.DisposableBean;

/**
 * Takes note of the signals that end the process. The second one cuts the shutdown short:
 * somebody waits for it, in front of a terminal if it is that of Ctrl-C.
 */
final class ShutdownSignals implements DisposableBean {

	private static final String INTERRUPT = "INT";

	private static final Logger logger = LoggerFactory.getLogger(ShutdownSignals.class);

	private final ShutdownState state;

	private final @Nullable Watchdog watchdog;

	private final Duration grace;

	private final List<String> signals;

	private final Runnable interrupted;

	private final Runnable again = this::again;

	/**
	 * Creates what listens to signals.
	 * @param watchdog the watchdog, if there is one: it is not looked up later, when the
	 * context may have closed
	 */
	ShutdownSignals(ShutdownState state, @Nullable Watchdog watchdog,
			GracefulShutdownProperties.SecondSignal settings) {
		this.state = state;
		this.interrupted = state::setInterrupted;
		this.watchdog = watchdog;
		this.grace = settings.getGrace();
		this.signals = List.copyOf(settings.getSignals());
	}

	void start() {
		TerminationSignals.addListener(INTERRUPT, this.interrupted);
		this.signals.forEach((signal) -> TerminationSignals.addListener(signal, this.again));
	}

	/** Takes note of a signal, which is the second if the context closes already. */
	void again() {
		if (this.state.hurry(this.grace, this::deadlineMoved)) {
			logger.warn("Signalled again: the shutdown ends within {} ms", this.grace.toMillis());
		}
	}

	private void deadlineMoved() {
		if (this.watchdog != null) {
			this.watchdog.deadlineMoved();
		}
	}

	/** Goes on listening if the JVM goes down: beans that are yet to come may hang. */
	@Override
	public void destroy() {
		if (JvmShutdown.isUnderWay()) {
			return;
		}
		TerminationSignals.removeListener(INTERRUPT, this.interrupted);
		this.signals.forEach((signal) -> TerminationSignals.removeListener(signal, this.again));
	}

}
