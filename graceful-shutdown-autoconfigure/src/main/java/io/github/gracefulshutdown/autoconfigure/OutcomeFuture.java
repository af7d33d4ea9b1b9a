package io.github.gracefulshutdown.autoconfigure;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.github.gracefulshutdown.Outcome;

/**
 * The outcome of a drain, which does not wait for what waits for it: the work that a
 * thread is at which blocks on this future, or has something follow it, is let go.
 */
final class OutcomeFuture extends CompletableFuture<Outcome> {

	private final ClosingThreads closingThreads;

	@SuppressWarnings("FutureReturnValueIgnored") // completing does not fail
	OutcomeFuture(CompletableFuture<Outcome> ended, ClosingThreads closingThreads) {
		this.closingThreads = closingThreads;
		ended.whenComplete((outcome, ex) -> {
			if (ex != null) {
				completeExceptionally(ex);
			}
			else {
				complete(outcome);
			}
		});
	}

	@Override
	public Outcome get() throws InterruptedException, ExecutionException {
		letGo();
		return super.get();
	}

	@Override
	public Outcome get(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
		letGo();
		return super.get(timeout, unit);
	}

	@Override
	public Outcome join() {
		letGo();
		return super.join();
	}

	/** Called for whatever follows, on the thread that says so. */
	@Override
	public <U> CompletableFuture<U> newIncompleteFuture() {
		letGo();
		return super.newIncompleteFuture();
	}

	private void letGo() {
		if (!isDone()) {
			this.closingThreads.letGo(Thread.currentThread());
		}
	}

}
