package io.github.gracefulshutdown.autoconfigure;

/**
 * Paths of health checks that tell whether this instance takes requests, so that whoever
 * polls them learns of a drain. Every bean of this type adds to them; only paths that are
 * {@linkplain ExemptPaths exempt} are looked for. Called by many threads.
 */
@FunctionalInterface
public interface HealthCheckPaths {

	/**
	 * Returns whether requests to the given path are health checks.
	 * @param path the decoded path within the application, without the context path
	 * @return {@code true} if they are
	 */
	boolean contains(String path);

	/**
	 * Returns whether requests to the given path ask for the whole health, and not for a
	 * part of it.
	 * @param path the decoded path within the application, without the context path
	 * @return {@code true} if they do
	 */
	default boolean isWhole(String path) {
		return false;
	}

}
