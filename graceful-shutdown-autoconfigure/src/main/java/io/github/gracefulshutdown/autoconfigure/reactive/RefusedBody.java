package io.github.gracefulshutdown.autoconfigure.reactive;

import java.time.Duration;

import reactor.core.publisher.Mono;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpRequest;

/**
 * Body of a request that has its answer already. It is read all the same, because a
 * connection that is closed with unread data in it is reset, and the reset can destroy
 * the answer before the client has read it. Reading ends after so many bytes or so much
 * time, so that a client that stalls holds nothing up.
 */
final class RefusedBody {

	private static final Duration TIMEOUT = Duration.ofSeconds(2);

	private static final int MAX_BYTES = 16 * 1024 * 1024;

	private RefusedBody() {
	}

	/** A client that waits for "100 Continue" sends no body after another answer. */
	static boolean isExpected(ServerHttpRequest request) {
		HttpHeaders headers = request.getHeaders();
		return (headers.getContentLength() > 0 || headers.getFirst(HttpHeaders.TRANSFER_ENCODING) != null)
				&& headers.getFirst(HttpHeaders.EXPECT) == null;
	}

	static Mono<Void> read(ServerHttpRequest request) {
		return request.getBody()
			.map(RefusedBody::skip)
			.scan(0, Integer::sum)
			.takeWhile((total) -> total <= MAX_BYTES)
			.take(TIMEOUT)
			.onErrorComplete() // the client went away
			.then();
	}

	private static int skip(DataBuffer buffer) {
		int length = buffer.readableByteCount();
		DataBufferUtils.release(buffer);
		return length;
	}

}
