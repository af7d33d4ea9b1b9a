/**
 * Has calls to other services go round instances that leave, and retries what was not
 * executed.
 */
@NullMarked
package io.github.gracefulshutdown.autoconfigure.caller;

import org.jspecify.annotations.NullMarked;
