package io.github.gracefulshutdown.autoconfigure;

/**
 * A place outside the process where this instance is announced as serving, such as its
 * entry in a registry. Taken back when a drain begins and made again when it is resumed.
 * Both calls run on a thread of their own and for a limited time; a failure is logged and
 * stops nothing.
 */
public interface Announcement {

	/**
	 * Returns what it is called in the log and in the answers of the endpoint.
	 * @return a name a reader recognises
	 */
	String name();

	/**
	 * Takes the announcement back. Called again if it throws, so it has to be idempotent.
	 * @throws Exception if it failed
	 */
	void withdraw() throws Exception;

	/**
	 * Makes the announcement again.
	 * @throws Exception if it failed
	 */
	void restore() throws Exception;

	/**
	 * Returns whether callers learn from the withdrawal some time later, so that this
	 * instance has to go on serving for as long as the news travels.
	 * @return {@code true} if the news has to travel
	 */
	default boolean isFollowedByCallers() {
		return true;
	}

}
