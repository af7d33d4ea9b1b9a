package io.github.gracefulshutdown.autoconfigure.grpc;

import io.grpc.MethodDescriptor;
import io.grpc.Status;

/**
 * Decides with which status the calls end that do not end by themselves, see
 * {@code graceful.shutdown.grpc.endless-methods}, when the drain begins. Used as a bean.
 * Without one they end with {@code OK}. Where the client waits for its one answer that
 * cannot be, and the call ends with {@code UNAVAILABLE} instead. A call of which nothing
 * was executed is refused whatever is decided here, and can safely be sent elsewhere.
 */
@FunctionalInterface
public interface EndlessCallStatus {

	/**
	 * Returns the status with which to end a call.
	 * @param method the method that was called
	 * @return the status that the client gets
	 */
	Status of(MethodDescriptor<?, ?> method);

}
