/** The registry and the sample as real processes that receive real signals. */
@NullMarked
package io.github.gracefulshutdown.sample.process;

import org.jspecify.annotations.NullMarked;
