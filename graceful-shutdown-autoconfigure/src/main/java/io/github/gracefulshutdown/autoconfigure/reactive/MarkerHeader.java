package io.github.gracefulshutdown.autoconfigure.reactive;

import java.lang.reflect.Method;
import java.util.Objects;

import io.github.gracefulshutdown.autoconfigure.RequestAdmission;

import org.springframework.http.HttpHeaders;
import org.springframework.util.ReflectionUtils;

/**
 * The headers with the marker. They speak of the instance that has set them, so an
 * instance that passes the response of another on, as a gateway does, removes them.
 */
final class MarkerHeader {

	// It takes an Object in Spring Framework 6 and a String in 7, so that no compiled
	// call links to both.
	private static final Method REMOVE = Objects.requireNonNullElseGet(
			ReflectionUtils.findMethod(HttpHeaders.class, "remove", Object.class),
			() -> Objects.requireNonNull(ReflectionUtils.findMethod(HttpHeaders.class, "remove", String.class)));

	private MarkerHeader() {
	}

	static void remove(HttpHeaders headers) {
		remove(headers, RequestAdmission.MARKER_NAME);
		remove(headers, RequestAdmission.INSTANCE_NAME);
		remove(headers, RequestAdmission.METHOD_NAME);
	}

	private static void remove(HttpHeaders headers, String name) {
		if (headers.getFirst(name) != null) {
			ReflectionUtils.invokeMethod(REMOVE, headers, name);
		}
	}

}
