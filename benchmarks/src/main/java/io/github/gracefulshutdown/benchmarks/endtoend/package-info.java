/** What the starter costs a service. */
@NullMarked
package io.github.gracefulshutdown.benchmarks.endtoend;

import org.jspecify.annotations.NullMarked;
