package io.github.gracefulshutdown.autoconfigure;

/**
 * What a process needs of a context to end it: there is none of it before the beans are.
 *
 * @param state where the context stands
 * @param reporter finds out what is stuck
 * @param drainAhead begins the drain before the context closes, without waiting
 * @param releaseLate has the resources released, without waiting
 */
record ShutdownParts(ShutdownState state, ShutdownReporter reporter, Runnable drainAhead, Runnable releaseLate) {
}
