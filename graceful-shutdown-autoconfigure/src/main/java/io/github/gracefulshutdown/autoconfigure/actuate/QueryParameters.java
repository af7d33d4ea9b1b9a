package io.github.gracefulshutdown.autoconfigure.actuate;

import org.jspecify.annotations.Nullable;

/** Query parameters of the request that is being served by this thread. */
@FunctionalInterface
interface QueryParameters {

	@Nullable String get(String name);

}
