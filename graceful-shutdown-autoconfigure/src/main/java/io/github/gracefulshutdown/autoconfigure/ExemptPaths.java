package io.github.gracefulshutdown.autoconfigure;

/**
 * Requests that are neither counted nor refused, such as those of health probes. Every
 * bean of this type adds to them. Called for each request, by many threads.
 */
@FunctionalInterface
public interface ExemptPaths {

	/**
	 * Name of the attribute that a servlet request has if it was found exempt, for who
	 * counts what comes of the request.
	 */
	String REQUEST_ATTRIBUTE = ExemptPaths.class.getName();

	/**
	 * Returns whether requests to the given path are exempt.
	 * @param path the decoded path within the application, without the context path
	 * @return {@code true} if they are exempt
	 */
	boolean contains(String path);

}
