/** What is wrong with an instance in the fault campaign. */
@NullMarked
package io.github.gracefulshutdown.sample.fault;

import org.jspecify.annotations.NullMarked;
