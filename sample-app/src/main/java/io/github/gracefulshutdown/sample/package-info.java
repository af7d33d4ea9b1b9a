/** A service whose callers do not notice when it is stopped. */
@NullMarked
package io.github.gracefulshutdown.sample;

import org.jspecify.annotations.NullMarked;
