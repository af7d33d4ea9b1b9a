/** Leaves the service registries of Spring Cloud. */
@NullMarked
package io.github.gracefulshutdown.autoconfigure.registry;

import org.jspecify.annotations.NullMarked;
