/** Runs an embedded Jetty dry: what it has received and not handed over is answered. */
@NullMarked
package io.github.gracefulshutdown.autoconfigure.jetty;

import org.jspecify.annotations.NullMarked;
