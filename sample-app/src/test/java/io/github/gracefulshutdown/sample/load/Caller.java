package io.github.gracefulshutdown.sample.load;

/** Whoever sends requests. */
@FunctionalInterface
public interface Caller {

	/** Sends the request and waits for its outcome. */
	Outcome send(Call call) throws InterruptedException;

}
