/**
 * Callers that send at their own pace, never retry, and note what becomes of every
 * request.
 */
@NullMarked
package io.github.gracefulshutdown.sample.load;

import org.jspecify.annotations.NullMarked;
