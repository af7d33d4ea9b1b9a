package io.github.gracefulshutdown.autoconfigure.reactive;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.MediaType;
import org.springframework.http.ZeroCopyHttpOutputMessage;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.http.server.reactive.ServerHttpResponseDecorator;

/**
 * Response whose body can be ended before its time if it does not end by itself. Whether
 * it does is known when the handler begins to write: its type and its length are set.
 */
class EndableResponse extends ServerHttpResponseDecorator {

	private final List<MediaType> streams;

	private final Function<Runnable, Runnable> endless;

	private EndableResponse(ServerHttpResponse response, List<MediaType> streams,
			Function<Runnable, Runnable> endless) {
		super(response);
		this.streams = streams;
		this.endless = endless;
	}

	/**
	 * Decorates the response.
	 * @param streams the types of bodies that do not end by themselves
	 * @param endless to be called for such a body with what ends it; returns what to run
	 * when it has ended
	 */
	static EndableResponse of(ServerHttpResponse response, List<MediaType> streams,
			Function<Runnable, Runnable> endless) {
		return (response instanceof ZeroCopyHttpOutputMessage) ? new ZeroCopy(response, streams, endless)
				: new EndableResponse(response, streams, endless);
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
		MediaType type = getHeaders().getContentType();
		return type != null && !(body instanceof Mono) && getHeaders().getContentLength() < 0
				&& this.streams.stream().anyMatch((stream) -> stream.includes(type));
	}

	private boolean isEventStream() {
		return MediaType.TEXT_EVENT_STREAM.includes(getHeaders().getContentType());
	}

	/** Keeps the way on which files are sent without being read. */
	private static final class ZeroCopy extends EndableResponse implements ZeroCopyHttpOutputMessage {

		ZeroCopy(ServerHttpResponse response, List<MediaType> streams, Function<Runnable, Runnable> endless) {
			super(response, streams, endless);
		}

		@Override
		public Mono<Void> writeWith(Path file, long position, long count) {
			return ((ZeroCopyHttpOutputMessage) getDelegate()).writeWith(file, position, count);
		}

	}

}
