/** Counts, tells and refuses servlet requests. */
@NullMarked
package io.github.gracefulshutdown.autoconfigure.servlet;

import org.jspecify.annotations.NullMarked;
