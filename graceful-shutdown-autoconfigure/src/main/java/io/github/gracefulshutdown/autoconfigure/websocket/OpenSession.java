package io.github.gracefulshutdown.autoconfigure.websocket;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A WebSocket session that was opened, in whichever API the application sees it. */
interface OpenSession {

	/** Reason of every close, for whoever reads it. */
	String CLOSE_REASON = "This instance is shutting down: connect again";

	/**
	 * How long a client may take to read what was sent before the close frame, and it.
	 */
	Duration CLOSE_BOUND = Duration.ofSeconds(5);

	/**
	 * Returns what tells the application that the session is about to be closed, one for
	 * each of its listeners; nothing if the session is not open any more.
	 */
	List<Farewell> farewells();

	/**
	 * Sends the close frame.
	 * @return completes when the frame was sent, or fails
	 */
	CompletableFuture<Void> close();

	/** Tells one listener of the application. */
	interface Farewell {

		void say() throws Exception;

	}

}
