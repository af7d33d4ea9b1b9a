package io.github.gracefulshutdown.autoconfigure.grpc;

import java.util.List;

import io.github.gracefulshutdown.Stage;
import io.github.gracefulshutdown.autoconfigure.ExemptPaths;
import io.github.gracefulshutdown.autoconfigure.ShutdownSequence;
import jakarta.servlet.ServletContext;

import org.springframework.util.function.SingletonSupplier;

/**
 * The paths of gRPC inside a servlet container. What comes there is counted and told as
 * calls, and not as requests as well. Once the gate is closed it is refused as a request:
 * a client reads the 503 as {@code UNAVAILABLE}, with the marker, before any answer has
 * begun, so that it may try again, which it may not after an answer of the call.
 */
final class GrpcServletPaths implements ExemptPaths {

	static final String SERVLET_CLASS = "io.grpc.servlet.jakarta.GrpcServlet";

	private final ShutdownSequence sequence;

	private final SingletonSupplier<List<String>> prefixes;

	GrpcServletPaths(ServletContext servletContext, ShutdownSequence sequence) {
		this.sequence = sequence;
		this.prefixes = SingletonSupplier.of(() -> prefixes(servletContext));
	}

	/** Returns the names of the services, each between slashes. */
	private static List<String> prefixes(ServletContext servletContext) {
		return servletContext.getServletRegistrations()
			.values()
			.stream()
			.filter((registration) -> SERVLET_CLASS.equals(registration.getClassName()))
			.flatMap((registration) -> registration.getMappings().stream())
			.map((mapping) -> mapping.substring(0, mapping.lastIndexOf('/') + 1))
			.toList();
	}

	/** Returns whether there are any, and so all calls come from the container. */
	boolean exist() {
		return !this.prefixes.obtain().isEmpty();
	}

	@Override
	public boolean contains(String path) {
		for (String prefix : this.prefixes.obtain()) {
			if (path.startsWith(prefix)) {
				return !isBlocking() || DrainServerInterceptor.isExempt(path.substring(1));
			}
		}
		return false;
	}

	private boolean isBlocking() {
		return this.sequence.stage().compareTo(Stage.BLOCKING) >= 0;
	}

}
