/** Counts the executions of methods that the application marks as work in flight. */
@NullMarked
package io.github.gracefulshutdown.autoconfigure.work;

import org.jspecify.annotations.NullMarked;
