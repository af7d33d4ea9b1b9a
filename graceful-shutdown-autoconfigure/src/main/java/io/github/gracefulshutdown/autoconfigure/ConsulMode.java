package io.github.gracefulshutdown.autoconfigure;

/** Ways to take an instance out of Consul when a drain begins. */
public enum ConsulMode {

	/** Removes the entry. */
	DEREGISTER,

	/**
	 * Puts the entry into maintenance mode. It is removed when the context has closed.
	 */
	MAINTENANCE

}
