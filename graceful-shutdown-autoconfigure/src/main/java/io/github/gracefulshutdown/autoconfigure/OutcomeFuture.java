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

	private final WaitingThreads waitingThreads;

	@SuppressWarnings("FutureReturnValueIgnored") // completing does not fail
	OutcomeFuture(CompletableFuture<Outcome> ended, WaitingThreads waitingThreads) {
		this.waitingThreads = waitingThreads;
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
		beginToWait();
		try {
			return super.get();
		}
		finally {
			endToWait();
		}
	}

	@Override
	public Outcome get(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
		beginToWait();
		try {
			return super.get(timeout, unit);
		}
		finally {
			endToWait();
		}
	}

	@Override
	public Outcome join() {
		beginToWait();
		try {
			return super.join();
		}
		finally {
			endToWait();
		}
	}

	/** Called for whatever follows, on the thread that says so. */
	@Override
	public <U> CompletableFuture<U> newIncompleteFuture() {
		if (!isDone()) {
			this.waitingThreads.letGo(Thread.currentThread());
		}
		return super.newIncompleteFuture();
	}

	private void beginToWait() {
		if (!isDone()) {
			this.waitingThreads.addDraining(Thread.currentThread());
		}
	}

	private void endToWait() {
		this.waitingThreads.removeDraining(Thread.currentThread());
	}

}
