/** Counts, tells and refuses gRPC calls, and reports through gRPC health. */
@NullMarked
package io.github.gracefulshutdown.autoconfigure.grpc;

import org.jspecify.annotations.NullMarked;
