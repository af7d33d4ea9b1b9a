/** Has message listeners and schedulers take no more work when a drain begins. */
@NullMarked
package io.github.gracefulshutdown.autoconfigure.listener;

import org.jspecify.annotations.NullMarked;
