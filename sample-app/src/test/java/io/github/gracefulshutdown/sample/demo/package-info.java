/** The demo: a rolling restart under load. */
@NullMarked
package io.github.gracefulshutdown.sample.demo;

import org.jspecify.annotations.NullMarked;
