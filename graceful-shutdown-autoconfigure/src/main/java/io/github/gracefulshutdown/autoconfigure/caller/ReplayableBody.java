package io.github.gracefulshutdown.autoconfigure.caller;

import java.io.ByteArrayOutputStream;

import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferFactory;

/**
 * The body of a request that is kept while it is sent, up to a size, so that it can be
 * sent again. Not for use by two requests at a time.
 */
final class ReplayableBody {

	private final long maxSize;

	private volatile @Nullable ByteArrayOutputStream kept = new ByteArrayOutputStream(0);

	private volatile boolean begun;

	private volatile boolean complete;

	ReplayableBody(long maxSize) {
		this.maxSize = maxSize;
	}

	/** Returns whether the body was kept to its end, or not sent at all. */
	boolean isReplayable() {
		return !this.begun || (this.complete && this.kept != null);
	}

	/** Returns the body that is sent: the first time itself, then what was kept of it. */
	Flux<DataBuffer> send(Publisher<? extends DataBuffer> body, DataBufferFactory buffers) {
		return Flux.defer(() -> {
			ByteArrayOutputStream whole = this.kept;
			if (this.complete && whole != null) {
				return (whole.size() > 0) ? Flux.just(buffers.wrap(whole.toByteArray())) : Flux.empty();
			}
			this.begun = true;
			this.kept = new ByteArrayOutputStream(0); // nothing of a time before
			return Flux.<DataBuffer>from(body).doOnNext(this::keep).doOnComplete(() -> this.complete = true);
		});
	}

	private void keep(DataBuffer buffer) {
		ByteArrayOutputStream sofar = this.kept;
		int size = buffer.readableByteCount();
		if (sofar == null || sofar.size() + (long) size > this.maxSize) {
			this.kept = null;
			return;
		}
		byte[] bytes = new byte[size];
		int position = buffer.readPosition();
		buffer.read(bytes).readPosition(position);
		sofar.write(bytes, 0, size);
	}

}
