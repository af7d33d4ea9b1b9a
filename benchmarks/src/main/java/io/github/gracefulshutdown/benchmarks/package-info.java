/** What the measurements have in common. */
@NullMarked
package io.github.gracefulshutdown.benchmarks;

import org.jspecify.annotations.NullMarked;
