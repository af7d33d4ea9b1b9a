/** Counts WebSocket sessions, and closes them when the drain begins. */
@NullMarked
package io.github.gracefulshutdown.autoconfigure.websocket;

import org.jspecify.annotations.NullMarked;
