package io.github.gracefulshutdown;

/**
 * Resource that is released once no work is in flight any more.
 * <p>
 * Every bean of this type is released when the context closes, after the drain, one after
 * the other in the order of {@code @Order}, and each exactly once. A release runs on a
 * thread of its own and has a share of {@code graceful.shutdown.teardown.timeout}; when
 * that is over the thread is interrupted and the next resource follows. Whatever a
 * release throws is logged and stops nothing.
 */
@FunctionalInterface
public interface TeardownResource {

	/**
	 * Releases the resource. Called once, when nothing that was accepted uses it any
	 * more, unless the time for the drain ran out.
	 * @throws Exception if the release fails
	 */
	void release() throws Exception;

}
