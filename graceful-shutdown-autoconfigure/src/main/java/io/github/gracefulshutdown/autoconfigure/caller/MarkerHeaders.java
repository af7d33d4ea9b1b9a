package io.github.gracefulshutdown.autoconfigure.caller;

import java.lang.reflect.Method;
import java.util.Objects;

import io.github.gracefulshutdown.autoconfigure.RequestAdmission;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;
import org.springframework.util.ReflectionUtils;

/**
 * The headers of a response that carry the marker. It is for the next hop, which is this
 * one, and does not go on.
 */
final class MarkerHeaders {

	private static final int UNAVAILABLE = 503;

	// It takes an Object in Spring Framework 6 and a String in 7, so that no compiled
	// call links to both.
	private static final Method REMOVE = Objects.requireNonNullElseGet(
			ReflectionUtils.findMethod(HttpHeaders.class, "remove", Object.class),
			() -> Objects.requireNonNull(ReflectionUtils.findMethod(HttpHeaders.class, "remove", String.class)));

	private MarkerHeaders() {
	}

	static @Nullable Notice notice(HttpHeaders headers, int status) {
		String marker = headers.getFirst(RequestAdmission.MARKER_NAME);
		return (marker != null)
				? Notice.of(marker, headers.getFirst(RequestAdmission.INSTANCE_NAME), status == UNAVAILABLE) : null;
	}

	static boolean areIn(HttpHeaders headers) {
		return headers.getFirst(RequestAdmission.MARKER_NAME) != null
				|| headers.getFirst(RequestAdmission.INSTANCE_NAME) != null;
	}

	static void remove(HttpHeaders headers) {
		ReflectionUtils.invokeMethod(REMOVE, headers, RequestAdmission.MARKER_NAME);
		ReflectionUtils.invokeMethod(REMOVE, headers, RequestAdmission.INSTANCE_NAME);
	}

	/** Returns headers of their own that can be changed. */
	static HttpHeaders copy(HttpHeaders headers) {
		HttpHeaders copy = new HttpHeaders();
		headers.forEach((name, values) -> copy.addAll(name, values));
		return copy;
	}

}
