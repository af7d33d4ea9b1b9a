/** What an application uses: the gate, the words of a shutdown, resources to release. */
@NullMarked
package io.github.gracefulshutdown;

import org.jspecify.annotations.NullMarked;
