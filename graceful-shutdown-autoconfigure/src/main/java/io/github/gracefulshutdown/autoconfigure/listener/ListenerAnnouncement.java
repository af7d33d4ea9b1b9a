package io.github.gracefulshutdown.autoconfigure.listener;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Predicate;

import io.github.gracefulshutdown.DrainGate;
import io.github.gracefulshutdown.Permit;
import io.github.gracefulshutdown.autoconfigure.Announcement;
import org.jspecify.annotations.Nullable;

import org.springframework.context.SmartLifecycle;

/**
 * A listener that takes no more work from when it is told to stop, and is in flight until
 * it has ended what it had begun.
 */
final class ListenerAnnouncement implements Announcement {

	private static final String KIND = "listener";

	private final String name;

	private final SmartLifecycle listener;

	private final DrainGate gate;

	private final Function<Predicate<Thread>, CompletableFuture<Thread>> whenWaiting;

	private final AtomicBoolean told = new AtomicBoolean();

	private final CompletableFuture<Void> stopped = new CompletableFuture<>();

	/**
	 * Creates an announcement.
	 * @param whenWaiting gives what completes when a thread waits for the shutdown: one
	 * of the listener's has nobody wait for the listener
	 */
	ListenerAnnouncement(String name, SmartLifecycle listener, DrainGate gate,
			Function<Predicate<Thread>, CompletableFuture<Thread>> whenWaiting) {
		this.name = name;
		this.listener = listener;
		this.gate = gate;
		this.whenWaiting = whenWaiting;
	}

	@Override
	public String name() {
		return "listener " + this.name;
	}

	@Override
	@SuppressWarnings("FutureReturnValueIgnored") // giving back does not fail
	public void withdraw() {
		if (!this.told.compareAndSet(false, true)) {
			return; // it cannot be told twice
		}
		@Nullable Permit permit = this.gate.tryEnter(KIND, this.name);
		if (permit == null) {
			stop(() -> {
			});
			return;
		}
		permit.leaveHere();
		CompletableFuture<Thread> waiting = this.whenWaiting.apply(this::isOurs);
		waiting.whenComplete((thread, cancelled) -> permit.close());
		stop(() -> waiting.cancel(false));
	}

	private void stop(Runnable ended) {
		try {
			this.listener.stop(() -> {
				this.stopped.complete(null);
				ended.run();
			});
		}
		catch (RuntimeException | Error ex) {
			ended.run();
			this.told.set(false);
			throw ex;
		}
	}

	/** The threads of all listeners that are known have their names. */
	private boolean isOurs(Thread thread) {
		return thread.getName().startsWith(this.name + "-");
	}

	/** Waits until it has stopped: one that stops does not start. */
	@Override
	public void restore() throws InterruptedException, ExecutionException {
		if (this.told.get()) {
			this.stopped.get();
			this.listener.start();
		}
	}

	/** Others take the work at once. */
	@Override
	public boolean isFollowedByCallers() {
		return false;
	}

}
