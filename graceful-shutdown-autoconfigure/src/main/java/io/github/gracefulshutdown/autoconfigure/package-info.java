/** Wiring, properties and the sequence of a shutdown; what its adapters build on. */
@NullMarked
package io.github.gracefulshutdown.autoconfigure;

import org.jspecify.annotations.NullMarked;
