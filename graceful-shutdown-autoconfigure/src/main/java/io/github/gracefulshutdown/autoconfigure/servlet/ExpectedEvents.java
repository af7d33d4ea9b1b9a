package io.github.gracefulshutdown.autoconfigure.servlet;

import java.util.Collection;
import java.util.List;
import java.util.Locale;

import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

import org.springframework.core.ResolvableType;
import org.springframework.util.StringUtils;
import org.springframework.web.method.HandlerMethod;

/**
 * Requests that wait for a stream of events. Spring MVC sends the head of such a response
 * with the first event, which may be long in coming.
 */
final class ExpectedEvents {

	static final String MEDIA_TYPE = "text/event-stream";

	private static final String HANDLER_ATTRIBUTE = "org.springframework.web.servlet.HandlerMapping.bestMatchingHandler";

	private static final String MEDIA_TYPES_ATTRIBUTE = "org.springframework.web.servlet.HandlerMapping.producibleMediaTypes";

	private static final String EMITTER = "org.springframework.web.servlet.mvc.method.annotation.SseEmitter";

	private ExpectedEvents() {
	}

	/**
	 * Returns whether nothing but events can come: the client accepts nothing else, as
	 * browsers do that listen to events, or the handler gives nothing else.
	 */
	static boolean areAllThatCanComeFor(HttpServletRequest request) {
		return areEvents(StringUtils.commaDelimitedListToSet(request.getHeader("Accept")))
				|| (request.getAttribute(MEDIA_TYPES_ATTRIBUTE) instanceof Collection<?> types && areEvents(types))
				|| (request.getAttribute(HANDLER_ATTRIBUTE) instanceof HandlerMethod handler && givesEvents(handler));
	}

	private static boolean areEvents(Collection<?> mediaTypes) {
		return !mediaTypes.isEmpty() && mediaTypes.stream()
			.allMatch((type) -> type.toString().trim().toLowerCase(Locale.ROOT).startsWith(MEDIA_TYPE));
	}

	private static boolean givesEvents(HandlerMethod handler) {
		ResolvableType type = ResolvableType.forMethodParameter(handler.getReturnType());
		return List.of(type, type.getGeneric()).stream().anyMatch((given) -> isEmitter(given.resolve()));
	}

	private static boolean isEmitter(@Nullable Class<?> type) {
		for (Class<?> current = type; current != null; current = current.getSuperclass()) {
			if (current.getName().equals(EMITTER)) {
				return true;
			}
		}
		return false;
	}

}
