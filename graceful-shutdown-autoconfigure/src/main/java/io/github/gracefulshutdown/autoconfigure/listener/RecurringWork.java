package io.github.gracefulshutdown.autoconfigure.listener;

import io.github.gracefulshutdown.DrainGate;
import io.github.gracefulshutdown.Permit;
import io.github.gracefulshutdown.Stage;
import io.github.gracefulshutdown.autoconfigure.ShutdownSequence;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.ObjectProvider;

/**
 * Work that begins again and again by itself. Each run of it is in flight, and none
 * begins once a drain has begun: the other instances have runs of their own.
 */
final class RecurringWork {

	private static final Logger logger = LoggerFactory.getLogger(RecurringWork.class);

	private final ObjectProvider<ShutdownSequence> sequence;

	private final ObjectProvider<DrainGate> gate;

	RecurringWork(ObjectProvider<ShutdownSequence> sequence, ObjectProvider<DrainGate> gate) {
		this.sequence = sequence;
		this.gate = gate;
	}

	/** Begins a run; {@code null} if it has to be left out. */
	@Nullable Permit tryBegin(String kind, String description) {
		Permit permit = (this.sequence.getObject().stage() == Stage.SERVING) ? tryEnter(kind, description) : null;
		if (permit == null) {
			logger.debug("Left out a run of {}: this instance drains", description);
		}
		return permit;
	}

	/** Counts a run that cannot be left out; {@code null} if it is too late to. */
	@Nullable Permit tryEnter(String kind, String description) {
		return this.gate.getObject().tryEnter(kind, description);
	}

}
