package io.github.gracefulshutdown.autoconfigure.grpc;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Calls that the drain does not wait for, as a watch of the health, but that the stop of
 * the server would: they are ended before.
 */
final class LingeringCalls {

	private final Set<EndableCall<?, ?>> calls = ConcurrentHashMap.newKeySet();

	private volatile boolean ended;

	/**
	 * Adds a call.
	 * @return to be run when the call is over
	 */
	Runnable add(EndableCall<?, ?> call) {
		this.calls.add(call);
		if (this.ended) { // read after it was added
			call.end();
		}
		return () -> this.calls.remove(call);
	}

	/** Ends all calls, and from now on each that comes. */
	void endAll() {
		this.ended = true;
		this.calls.forEach(EndableCall::end);
	}

}
