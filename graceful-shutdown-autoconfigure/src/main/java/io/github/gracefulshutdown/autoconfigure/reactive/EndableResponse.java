package io.github.gracefulshutdown.autoconfigure.reactive;

import java.nio.file.Path;
import java.util.function.Function;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ZeroCopyHttpOutputMessage;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;

/**
 * Response whose body can be ended before its time if it does not end by itself. Whether
 * it does is known when the handler begins to write: its type and its length are set.
 */
class EndableResponse extends ServerHttpResponseDecorator {

	private final Predicate<@Nullable String> endlessTypes;

	private final Function<Runnable, Runnable> endless;

	private EndableResponse(ServerHttpResponse response, Predicate<@Nullable String> endlessTypes,
			Function<Runnable, Runnable> endless) {
		super(response);
		this.endlessTypes = endlessTypes;
		this.endless = endless;
	}

	/**
	 * Decorates the response.
	 * @param endlessTypes the content types of bodies that do not end by themselves
	 * @param endless to be called for such a body with what ends it; returns what to run
	 * when it has ended
	 */
	static EndableResponse of(ServerHttpResponse response, Predicate<@Nullable String> endlessTypes,
			Function<Runnable, Runnable> endless) {
		return (response instanceof ZeroCopyHttpOutputMessage) ? new ZeroCopy(response, endlessTypes, endless)
				: new EndableResponse(response, endlessTypes, endless);
	}

	@Override
	public Mono<Void> writeWith(Publisher<? extends DataBuffer> body) {
		if (!isStream(body)) {
			return super.writeWith(body);
		}
		return super.writeWith(new EndableBody(bufferFactory(), isEventStream()).of(body, this.endless));
	}

	@Override
	public Mono<Void> writeAndFlushWith(Publisher<? extends Publisher<? extends DataBuffer>> body) {
		if (!isStream(body)) {
			return super.writeAndFlushWith(body);
		}
		return super.writeAndFlushWith(new EndableBody(bufferFactory(), isEventStream()).ofParts(body, this.endless));
	}

	private boolean isStream(Publisher<?> body) {
		return !(body instanceof Mono) && getHeaders().getContentLength() < 0
				&& this.endlessTypes.test(getHeaders().getFirst(HttpHeaders.CONTENT_TYPE));
	}

	private boolean isEventStream() {
		return MediaType.TEXT_EVENT_STREAM.includes(getHeaders().getContentType());
	}

	/** Keeps the way on which files are sent without being read. */
	private static final class ZeroCopy extends EndableResponse implements ZeroCopyHttpOutputMessage {

		ZeroCopy(ServerHttpResponse response, Predicate<@Nullable String> endlessTypes,
				Function<Runnable, Runnable> endless) {
			super(response, endlessTypes, endless);
		}

		@Override
		public Mono<Void> writeWith(Path file, long position, long count) {
			return ((ZeroCopyHttpOutputMessage) getDelegate()).writeWith(file, position, count);
		}

	}

}
