package io.github.gracefulshutdown.autoconfigure;

import org.jspecify.annotations.Nullable;

/**
 * Responses that do not end by themselves, such as streams of events. Every bean of this
 * type adds to them, and so does {@code graceful.shutdown.streams.media-types}. Called
 * for each response when it begins, by many threads.
 */
@FunctionalInterface
public interface EndlessResponses {

	/**
	 * Returns whether a response does not end by itself.
	 * @param path the decoded path of the request within the application, without the
	 * context path
	 * @param contentType the content type of the response, or {@code null} if it has none
	 * @return {@code true} if it does not end by itself
	 */
	boolean contains(String path, @Nullable String contentType);

}
