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
	 * Returns what requests to the given path ask for.
	 * @param path the decoded path within the application, without the context path
	 * @return the part of the health
	 */
	default Part part(String path) {
		return Part.OTHER;
	}

	/** Part of the health, by what it tells of the readiness. */
	enum Part {

		/** The health as a whole, of which the readiness may be no part. */
		WHOLE,

		/** What the readiness was made a part of. */
		READINESS,

		/** What has nothing to do with the readiness. */
		OTHER

	}

}
