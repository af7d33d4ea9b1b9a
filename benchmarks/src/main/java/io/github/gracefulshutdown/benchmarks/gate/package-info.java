/** What the gate costs, compared with what else counts. */
@NullMarked
package io.github.gracefulshutdown.benchmarks.gate;

import org.jspecify.annotations.NullMarked;
