package io.github.gracefulshutdown.autoconfigure;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes note of the signals that end the process. The second one cuts the shutdown short:
 * somebody waits for it, in front of a terminal if it is that of Ctrl-C.
 */
final class ShutdownSignals {

	private static final String INTERRUPT = "INT";

	private static final Logger logger = LoggerFactory.getLogger(ShutdownSignals.class);

	private final ContextShutdowns contexts;

	private final Runnable deadlineMoved;

	private final Runnable interrupted = this::interrupted;

	private final Map<String, Runnable> again = new HashMap<>();

	/**
	 * Creates what listens to signals.
	 * @param deadlineMoved tells the watchdog that there is less time
	 */
	ShutdownSignals(ContextShutdowns contexts, Runnable deadlineMoved) {
		this.contexts = contexts;
		this.deadlineMoved = deadlineMoved;
	}

	void start() {
		TerminationSignals.addListener(INTERRUPT, this.interrupted);
	}

	/** Has these signals cut a shutdown short, beside those that do already. */
	synchronized void listenTo(Collection<String> signals) {
		signals.forEach((signal) -> this.again.computeIfAbsent(signal, (name) -> {
			Runnable listener = () -> again(name);
			TerminationSignals.addListener(name, listener);
			return listener;
		}));
	}

	private void interrupted() {
		this.contexts.all().forEach(ContextShutdown::interrupted);
	}

	/**
	 * Takes note of a signal, which is the second for the contexts that close already.
	 */
	void again(String signal) {
		List<ContextShutdown> hurried = this.contexts.all()
			.stream()
			.filter((context) -> context.signals().contains(signal) && context.hurry())
			.toList();
		if (hurried.isEmpty()) {
			return;
		}
		this.contexts.agreeOnEnd();
		this.deadlineMoved.run(); // before the steps, which may take their time
		hurried.forEach(ContextShutdown::hurrySteps);
		logger.warn("Signalled again: the shutdown ends within {} ms",
				hurried.stream().mapToLong((context) -> context.grace().toMillis()).max().orElseThrow());
	}

	synchronized void stop() {
		TerminationSignals.removeListener(INTERRUPT, this.interrupted);
		this.again.forEach(TerminationSignals::removeListener);
		this.again.clear();
	}

}
