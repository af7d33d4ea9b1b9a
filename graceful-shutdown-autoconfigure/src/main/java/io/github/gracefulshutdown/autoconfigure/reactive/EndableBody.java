package io.github.gracefulshutdown.autoconfigure.reactive;

import java.nio.charset.StandardCharsets;
import java.util.function.Function;

import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferFactory;

/**
 * Body of a response that can be ended between two of its parts. A stream of events ends
 * with a comment that says why, unless that would fall into a line that was begun.
 */
final class EndableBody {

	// Without the empty line that would complete an event that was begun.
	private static final byte[] COMMENT = ": the server is going away\n".getBytes(StandardCharsets.UTF_8);

	private final DataBufferFactory bufferFactory;

	private final boolean eventStream;

	private final Sinks.Empty<Void> end = Sinks.empty();

	private volatile boolean ended;

	private volatile boolean lineBegun;

	EndableBody(DataBufferFactory bufferFactory, boolean eventStream) {
		this.bufferFactory = bufferFactory;
		this.eventStream = eventStream;
	}

	/**
	 * Makes the body one that can be ended.
	 * @param endless to be called when it begins, with what ends it; returns what to run
	 * when it has ended
	 */
	Flux<DataBuffer> of(Publisher<? extends DataBuffer> body, Function<Runnable, Runnable> endless) {
		return endable(watch(body), lastWords(), endless);
	}

	/** Does the same for a body in parts, each of which is flushed. */
	Flux<Publisher<DataBuffer>> ofParts(Publisher<? extends Publisher<? extends DataBuffer>> body,
			Function<Runnable, Runnable> endless) {
		return endable(Flux.from(body).map(this::watch), Mono.just(lastWords()), endless);
	}

	private <T> Flux<T> endable(Flux<? extends T> body, Mono<? extends T> last, Function<Runnable, Runnable> endless) {
		return Flux.defer(() -> {
			Runnable left = endless.apply(this::end);
			return Flux.<T>from(body)
				.takeUntilOther(this.end.asMono())
				.concatWith(last)
				.doFinally((signal) -> left.run());
		});
	}

	private void end() {
		this.ended = true;
		this.end.tryEmitEmpty();
	}

	private Flux<DataBuffer> watch(Publisher<? extends DataBuffer> part) {
		return Flux.from(part).map((buffer) -> {
			int length = buffer.readableByteCount();
			if (length > 0) {
				this.lineBegun = buffer.getByte(buffer.readPosition() + length - 1) != '\n';
			}
			return buffer;
		});
	}

	private Mono<DataBuffer> lastWords() {
		return Mono.defer(() -> (this.eventStream && this.ended && !this.lineBegun)
				? Mono.just(this.bufferFactory.wrap(COMMENT)) : Mono.empty());
	}

}
