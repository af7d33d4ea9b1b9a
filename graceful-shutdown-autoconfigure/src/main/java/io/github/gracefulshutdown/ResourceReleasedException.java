package io.github.gracefulshutdown;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when a {@link SharedResource} is asked for after its release has begun. The
 * cause says where that was.
 */
public final class ResourceReleasedException extends IllegalStateException {

	private static final long serialVersionUID = 1L;

	ResourceReleasedException(String name, @Nullable Throwable released) {
		super("'%s' is asked for after it was released: acquire it before the work that needs it, and hold a permit for that work"
			.formatted(name), released);
	}

}
