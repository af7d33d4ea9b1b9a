/** System tests: the packaged sample, real signals, and what callers notice. */
@NullMarked
package io.github.gracefulshutdown.sample.system;

import org.jspecify.annotations.NullMarked;
