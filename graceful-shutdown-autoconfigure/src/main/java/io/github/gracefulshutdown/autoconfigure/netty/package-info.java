/** Runs Reactor Netty dry: what it has received and not handed over is answered. */
@NullMarked
package io.github.gracefulshutdown.autoconfigure.netty;

import org.jspecify.annotations.NullMarked;
