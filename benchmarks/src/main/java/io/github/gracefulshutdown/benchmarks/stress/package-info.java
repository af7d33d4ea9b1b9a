/** What the gate promises, under any interleaving. */
@NullMarked
package io.github.gracefulshutdown.benchmarks.stress;

import org.jspecify.annotations.NullMarked;
