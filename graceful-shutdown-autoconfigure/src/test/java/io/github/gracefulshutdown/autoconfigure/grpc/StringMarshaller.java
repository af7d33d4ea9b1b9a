package io.github.gracefulshutdown.autoconfigure.grpc;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

import io.grpc.MethodDescriptor;
import org.jspecify.annotations.Nullable;

/** Strings as they are. */
enum StringMarshaller implements MethodDescriptor.Marshaller<String> {

	INSTANCE;

	@Override
	public InputStream stream(@Nullable String value) {
		return new ByteArrayInputStream(Objects.requireNonNull(value).getBytes(StandardCharsets.UTF_8));
	}

	@Override
	public String parse(InputStream stream) {
		try {
			return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
