package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;

/**
 * What a server has received and not handed over yet: connections on which a request may
 * be on its way, from the accepted socket to the queue in front of busy threads. The gate
 * knows nothing of it, because it counts from the handler on. One bean for each server;
 * it is called on threads of the shutdown, by one at a time unless a call takes more than
 * two seconds, and may throw.
 */
public interface RequestIntake {

	/**
	 * Begins to run dry: from now on the next response of a connection is its last, and
	 * clients are told so where the protocol has a word for it. Connections are still
	 * accepted, and what arrives is answered. Called when the gate has been closed.
	 */
	void runDry();

	/**
	 * Looks for requests that have arrived, in whole or in part, or are about to on a
	 * connection that was just accepted, and that no handler has yet. What a handler has
	 * does not count, nor does what was begun more than two seconds ago and has not
	 * arrived in whole, however busy its client is. There is no event for this in most
	 * servers, so while the drain waits for it, and only then, this is asked every few
	 * milliseconds.
	 * @return how many there are, more if in doubt
	 */
	long onTheWay();

	/**
	 * Looks for requests that have arrived and that no thread is free for. They are
	 * waited for longer than what a client has only begun.
	 * @return how many of those on the way there may be
	 */
	long waitingForThread();

	/**
	 * Closes the connections on which nothing is on its way, politely: a client that
	 * looks finds the end of the stream. What was begun longer ago is answered that it
	 * was not executed.
	 * @param patience how long ago
	 */
	void closeIdle(Duration patience);

	/**
	 * Looks at the uploads whose handlers wait for more.
	 * @param end whether to end those whose client makes no {@linkplain UploadProgress
	 * progress}: their handlers find that no more comes
	 */
	void lookAtUploads(boolean end);

	/**
	 * Accepts no connection any more, for good. What was accepted is still answered.
	 * Called when the context closes and everything that may take time has been stopped.
	 */
	void stopListening();

	/** Undoes {@link #runDry()}, because the drain was undone. */
	void resume();

}
