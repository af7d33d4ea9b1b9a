/** Runs an embedded Tomcat dry: what it has received and not handed over is answered. */
@NullMarked
package io.github.gracefulshutdown.autoconfigure.tomcat;

import org.jspecify.annotations.NullMarked;
