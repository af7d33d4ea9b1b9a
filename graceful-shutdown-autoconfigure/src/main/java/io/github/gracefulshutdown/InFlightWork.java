package io.github.gracefulshutdown;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a method of a Spring bean whose execution is work in flight: it holds a permit of
 * the {@link DrainGate}, and so the drain, until it has ended. That is when the method
 * returns; for a {@link java.util.concurrent.CompletionStage} when it completes; for a
 * reactive type, with each subscription, when it terminates or is cancelled.
 * <p>
 * Once the gate is closed the method is not executed and the call fails with a
 * {@link GateClosedException}, unless work in flight makes it, see
 * {@link DrainGate#enter}. A {@code @Scheduled} method is not called any more then.
 * <p>
 * A method that is also {@code @Async} is in flight while it runs, not while it waits for
 * a thread.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface InFlightWork {

	/**
	 * Returns the kind of work, such as {@code import}, in the meters and the reports of
	 * what is in flight.
	 * @return one of few kinds
	 */
	String value();

}
