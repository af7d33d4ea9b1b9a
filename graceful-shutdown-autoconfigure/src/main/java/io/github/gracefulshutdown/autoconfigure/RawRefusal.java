package io.github.gracefulshutdown.autoconfigure;

import java.nio.charset.StandardCharsets;

/**
 * Answer, in the bytes of HTTP/1.1, to a request that has not come to a handler because
 * its client stalled in the middle of it.
 */
public final class RawRefusal {

	private RawRefusal() {
	}

	/**
	 * Returns the answer of the instance: a 503 that says that nothing was executed and
	 * closes the connection.
	 * @param instance the instance that refuses
	 * @return the bytes of the answer
	 */
	public static byte[] of(InstanceId instance) {
		return """
				HTTP/1.1 503 Service Unavailable\r
				Graceful-Shutdown: rejected\r
				Graceful-Shutdown-Instance: %s\r
				Retry-After: 0\r
				Content-Length: 0\r
				Connection: close\r
				\r
				""".formatted(instance.value()).getBytes(StandardCharsets.US_ASCII);
	}

}
