package io.github.gracefulshutdown.autoconfigure.caller;

import java.io.ByteArrayOutputStream;
import java.time.Duration;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.core.publisher.Sinks;
import reactor.util.context.Context;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferFactory;
import org.springframework.core.io.buffer.DataBufferUtils;

/**
 * The body of a request that is kept while it is sent, up to a size, so that it can be
 * sent again. An instance may refuse a request before its body has come: the rest is kept
 * all the same, until it is known that the request is not sent again. Not for use by two
 * requests at a time.
 */
final class ReplayableBody {

	/** How long the end of a body is waited for when the request was refused. */
	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final Logger logger = LoggerFactory.getLogger(ReplayableBody.class);

	private final long maxSize;

	private volatile @Nullable Sending sending;

	private volatile boolean settled;

	ReplayableBody(long maxSize) {
		this.maxSize = maxSize;
	}

	/**
	 * Returns whether the body was kept to its end, which may have to come yet, or not
	 * sent at all.
	 */
	Mono<Boolean> isReplayable() {
		Sending begun = this.sending;
		if (begun == null) {
			return Mono.just(true);
		}
		return begun.ended.asMono()
			.timeout(PATIENCE, Mono.empty())
			.then(Mono.fromSupplier(() -> begun.complete && begun.kept != null));
	}

	/** Tells that the body is not sent again: it ends with who does not take it whole. */
	void isNotSentAgain() {
		this.settled = true;
		Sending begun = this.sending;
		if (begun != null && begun.left) {
			begun.giveUp();
		}
	}

	/** Returns the body that is sent: the first time itself, then what was kept of it. */
	Flux<DataBuffer> send(Publisher<? extends DataBuffer> body, DataBufferFactory buffers) {
		return Flux.defer(() -> {
			Sending before = this.sending;
			ByteArrayOutputStream whole = (before != null && before.complete) ? before.kept : null;
			if (whole != null) {
				return (whole.size() > 0) ? Flux.just(buffers.wrap(whole.toByteArray())) : Flux.empty();
			}
			if (before != null) {
				before.giveUp();
			}
			return Flux.<DataBuffer>from(body)
				.transform(Operators.<DataBuffer, DataBuffer>lift((source, actual) -> begin(actual)));
		});
	}

	private Sending begin(CoreSubscriber<? super DataBuffer> actual) {
		Sending begun = new Sending(actual);
		this.sending = begun;
		return begun;
	}

	/** Keeps what it passes on, and goes on when nobody takes it any more. */
	private final class Sending implements CoreSubscriber<DataBuffer>, Subscription {

		private final CoreSubscriber<? super DataBuffer> actual;

		private final Sinks.Empty<Void> ended = Sinks.empty();

		private volatile @Nullable Subscription source;

		private volatile @Nullable ByteArrayOutputStream kept = new ByteArrayOutputStream(0);

		private volatile boolean left;

		private volatile boolean complete;

		Sending(CoreSubscriber<? super DataBuffer> actual) {
			this.actual = actual;
		}

		@Override
		public Context currentContext() {
			return this.actual.currentContext();
		}

		@Override
		public void onSubscribe(Subscription source) {
			this.source = source;
			this.actual.onSubscribe(this);
		}

		@Override
		public void onNext(DataBuffer buffer) {
			keep(buffer);
			if (!this.left) {
				this.actual.onNext(buffer);
			}
			else {
				DataBufferUtils.release(buffer);
			}
			if (this.kept == null) {
				if (this.left) {
					giveUp();
				}
				end();
			}
		}

		private void keep(DataBuffer buffer) {
			ByteArrayOutputStream sofar = this.kept;
			int size = buffer.readableByteCount();
			if (sofar == null || sofar.size() + (long) size > ReplayableBody.this.maxSize) {
				this.kept = null;
				return;
			}
			byte[] bytes = new byte[size];
			int position = buffer.readPosition();
			buffer.read(bytes).readPosition(position);
			sofar.write(bytes, 0, size);
		}

		@Override
		public void onError(Throwable failure) {
			if (!this.left) {
				this.actual.onError(failure);
			}
			else {
				logger.debug("The body of a request that was answered has broken off", failure);
			}
			end();
		}

		@Override
		public void onComplete() {
			this.complete = true;
			if (!this.left) {
				this.actual.onComplete();
			}
			end();
		}

		private void end() {
			this.ended.tryEmitEmpty();
		}

		@Override
		public void request(long count) {
			Subscription from = this.source;
			if (from != null) {
				from.request(count);
			}
		}

		@Override
		public void cancel() {
			this.left = true;
			if (ReplayableBody.this.settled || this.kept == null) {
				giveUp();
			}
			else {
				request(Long.MAX_VALUE);
			}
		}

		void giveUp() {
			Subscription from = this.source;
			if (from != null) {
				from.cancel();
			}
			end();
		}

	}

}
