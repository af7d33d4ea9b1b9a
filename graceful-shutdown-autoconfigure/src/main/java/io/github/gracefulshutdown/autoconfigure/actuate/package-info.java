/** Operates a drain through the actuator and keeps the actuator itself out of it. */
@NullMarked
package io.github.gracefulshutdown.autoconfigure.actuate;

import org.jspecify.annotations.NullMarked;
