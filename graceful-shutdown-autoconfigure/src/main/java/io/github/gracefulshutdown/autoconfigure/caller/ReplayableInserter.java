package io.github.gracefulshutdown.autoconfigure.caller;

import java.util.Locale;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpHeaders;
import org.springframework.http.client.reactive.ClientHttpRequest;
import org.springframework.http.client.reactive.ClientHttpRequestDecorator;
import org.springframework.web.reactive.function.BodyInserter;

/**
 * Writes the body of a request, and writes what was kept of it when the request is sent
 * again: whatever it was made from is asked once.
 */
final class ReplayableInserter implements BodyInserter<Object, ClientHttpRequest> {

	private final BodyInserter<?, ? super ClientHttpRequest> delegate;

	private final ReplayableBody body;

	private final HttpHeaders contentHeaders = new HttpHeaders();

	private volatile State state = State.NEW;

	private volatile @Nullable Publisher<? extends DataBuffer> source;

	ReplayableInserter(BodyInserter<?, ? super ClientHttpRequest> delegate, long maxSize) {
		this.delegate = delegate;
		this.body = new ReplayableBody(maxSize);
	}

	/** Returns whether the body can be sent again, see {@link ReplayableBody}. */
	Mono<Boolean> isReplayable() {
		return (this.state == State.WRITTEN) ? this.body.isReplayable()
				: Mono.just(this.state == State.NEW || this.state == State.EMPTY);
	}

	/** Tells that the body is not sent again. */
	void isNotSentAgain() {
		this.body.isNotSentAgain();
	}

	@Override
	public Mono<Void> insert(ClientHttpRequest request, Context context) {
		Publisher<? extends DataBuffer> before = this.source;
		if (before != null) {
			this.contentHeaders.forEach((name, values) -> {
				if (request.getHeaders().getFirst(name) == null) {
					request.getHeaders().addAll(name, values);
				}
			});
			return request.writeWith(this.body.send(before, request.bufferFactory()));
		}
		this.state = (this.state == State.EMPTY) ? State.EMPTY : State.BEGUN;
		return this.delegate.insert(new KeptRequest(request), context);
	}

	private void keep(Publisher<? extends DataBuffer> body, HttpHeaders headers) {
		headers.forEach((name, values) -> {
			if (name.toLowerCase(Locale.ROOT).startsWith("content-")) {
				this.contentHeaders.addAll(name, values);
			}
		});
		this.source = body;
		this.state = State.WRITTEN;
	}

	private enum State {

		NEW, BEGUN, WRITTEN, EMPTY, STREAMED

	}

	private final class KeptRequest extends ClientHttpRequestDecorator {

		KeptRequest(ClientHttpRequest delegate) {
			super(delegate);
		}

		@Override
		public Mono<Void> writeWith(Publisher<? extends DataBuffer> body) {
			keep(body, getHeaders());
			return super.writeWith(ReplayableInserter.this.body.send(body, bufferFactory()));
		}

		@Override
		public Mono<Void> writeAndFlushWith(Publisher<? extends Publisher<? extends DataBuffer>> body) {
			ReplayableInserter.this.state = State.STREAMED;
			return super.writeAndFlushWith(body);
		}

		@Override
		public Mono<Void> setComplete() {
			ReplayableInserter.this.state = State.EMPTY;
			return super.setComplete();
		}

	}

}
