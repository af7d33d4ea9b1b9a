/** Counts, tells and refuses requests to reactive applications. */
@NullMarked
package io.github.gracefulshutdown.autoconfigure.reactive;

import org.jspecify.annotations.NullMarked;
