package io.github.gracefulshutdown.autoconfigure.caller;

import java.lang.reflect.Method;
import java.util.stream.Stream;

import io.github.gracefulshutdown.autoconfigure.RequestAdmission;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.util.ReflectionUtils;

/**
 * The headers of a response that carry the marker. It is for the next hop, which is this
 * one, and does not go on.
 */
final class MarkerHeaders {

	private static final int UNAVAILABLE = 503;

	// It takes an Object in Spring Framework 6 and a String in 7, so that no compiled
	// call links to both.
	private static final @Nullable Method REMOVE = Stream.of(Object.class, String.class)
		.flatMap((type) -> Stream.ofNullable(ReflectionUtils.findMethod(HttpHeaders.class, "remove", type)))
		.findFirst()
		.orElse(null);

	static {
		if (REMOVE == null) {
			LoggerFactory.getLogger(MarkerHeaders.class)
				.warn("The marker of a called instance cannot be removed, and goes on to the caller: this Spring Web "
						+ "is unknown, or a native image was built without the hints of this starter");
		}
	}

	private MarkerHeaders() {
	}

	/**
	 * Reads the notice of a response. A refusal that tells another method than that of
	 * the request is of what came after a redirect.
	 * @param method the method of the request, or {@code null} if it is not sent again in
	 * any case
	 */
	static @Nullable Notice notice(HttpHeaders headers, int status, @Nullable HttpMethod method) {
		String marker = headers.getFirst(RequestAdmission.MARKER_NAME);
		if (marker == null) {
			return null;
		}
		String refused = headers.getFirst(RequestAdmission.METHOD_NAME);
		return Notice.of(marker, headers.getFirst(RequestAdmission.INSTANCE_NAME),
				status == UNAVAILABLE && (refused == null || method == null || refused.equals(method.name())));
	}

	static boolean areIn(HttpHeaders headers) {
		return headers.getFirst(RequestAdmission.MARKER_NAME) != null
				|| headers.getFirst(RequestAdmission.INSTANCE_NAME) != null
				|| headers.getFirst(RequestAdmission.METHOD_NAME) != null;
	}

	static void remove(HttpHeaders headers) {
		if (REMOVE != null) {
			ReflectionUtils.invokeMethod(REMOVE, headers, RequestAdmission.MARKER_NAME);
			ReflectionUtils.invokeMethod(REMOVE, headers, RequestAdmission.INSTANCE_NAME);
			ReflectionUtils.invokeMethod(REMOVE, headers, RequestAdmission.METHOD_NAME);
		}
	}

	/** Returns headers of their own that can be changed. */
	static HttpHeaders copy(HttpHeaders headers) {
		HttpHeaders copy = new HttpHeaders();
		headers.forEach((name, values) -> copy.addAll(name, values));
		return copy;
	}

}
