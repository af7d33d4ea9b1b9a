package io.github.gracefulshutdown;

import java.util.concurrent.RejectedExecutionException;

/** Thrown when work is refused because the {@link DrainGate} is closed. */
public class GateClosedException extends RejectedExecutionException {

	private static final long serialVersionUID = 1L;

	GateClosedException(String kind, String description) {
		super("This instance is shutting down: %s '%s' was not begun. Leave it to another instance.".formatted(kind,
				description));
	}

}
