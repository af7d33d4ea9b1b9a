package io.github.gracefulshutdown.autoconfigure.caller;

import java.util.Locale;

import io.github.gracefulshutdown.autoconfigure.RequestAdmission;
import io.grpc.Metadata;
import io.grpc.Status.Code;
import org.jspecify.annotations.Nullable;

/**
 * The metadata of an answer that carries the marker. It is for the next hop, which is
 * this one, and does not go on.
 */
final class MarkerMetadata {

	private static final Metadata.Key<String> MARKER = key(RequestAdmission.MARKER_NAME);

	private static final Metadata.Key<String> INSTANCE = key(RequestAdmission.INSTANCE_NAME);

	private static final Metadata.Key<String> PUSHBACK = key("grpc-retry-pushback-ms");

	private MarkerMetadata() {
	}

	private static Metadata.Key<String> key(String name) {
		return Metadata.Key.of(name.toLowerCase(Locale.ROOT), Metadata.ASCII_STRING_MARSHALLER);
	}

	/** Reads the notice of metadata that does not end the call. */
	static @Nullable Notice notice(Metadata headers) {
		return Notice.of(headers.get(MARKER), headers.get(INSTANCE), false);
	}

	/** Reads the notice of metadata that the call has ended with. */
	static @Nullable Notice notice(Metadata trailers, Code status) {
		return Notice.of(trailers.get(MARKER), trailers.get(INSTANCE), status == Code.UNAVAILABLE);
	}

	static void remove(Metadata metadata) {
		if (metadata.containsKey(MARKER)) {
			metadata.discardAll(MARKER);
			metadata.discardAll(INSTANCE);
			metadata.discardAll(PUSHBACK);
		}
	}

}
