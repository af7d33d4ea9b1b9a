package io.github.gracefulshutdown.autoconfigure.reactive;

import java.lang.reflect.Method;
import java.util.stream.Stream;

import io.github.gracefulshutdown.autoconfigure.RequestAdmission;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

import org.springframework.http.HttpHeaders;
import org.springframework.util.ReflectionUtils;

/**
 * The headers with the marker. They speak of the instance that has set them, so an
 * instance that passes the response of another on, as a gateway does, removes them.
 */
final class MarkerHeader {

	// It takes an Object in Spring Framework 6 and a String in 7, so that no compiled
	// call links to both.
	private static final @Nullable Method REMOVE = Stream.of(Object.class, String.class)
		.flatMap((type) -> Stream.ofNullable(ReflectionUtils.findMethod(HttpHeaders.class, "remove", type)))
		.findFirst()
		.orElse(null);

	static {
		if (REMOVE == null) {
			LoggerFactory.getLogger(MarkerHeader.class)
				.warn("The marker of a called instance cannot be removed, and goes on to the caller: this Spring Web "
						+ "is unknown, or a native image was built without the hints of this starter");
		}
	}

	private MarkerHeader() {
	}

	static void remove(HttpHeaders headers) {
		remove(headers, RequestAdmission.MARKER_NAME);
		remove(headers, RequestAdmission.INSTANCE_NAME);
		remove(headers, RequestAdmission.METHOD_NAME);
	}

	private static void remove(HttpHeaders headers, String name) {
		if (REMOVE != null && headers.getFirst(name) != null) {
			ReflectionUtils.invokeMethod(REMOVE, headers, name);
		}
	}

}
