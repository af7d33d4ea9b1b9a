/** Meters of a shutdown. */
@NullMarked
package io.github.gracefulshutdown.autoconfigure.metrics;

import org.jspecify.annotations.NullMarked;
