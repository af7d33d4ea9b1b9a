package io.github.gracefulshutdown.autoconfigure.listener;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

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

	private final @Nullable DrainGate gate;

	private final AtomicBoolean told = new AtomicBoolean();

	private final CompletableFuture<Void> stopped = new CompletableFuture<>();

	/**
	 * Creates an announcement.
	 * @param gate which counts the listener, or {@code null} if nobody is to wait for it
	 */
	ListenerAnnouncement(String name, SmartLifecycle listener, @Nullable DrainGate gate) {
		this.name = name;
		this.listener = listener;
		this.gate = gate;
	}

	@Override
	public String name() {
		return "listener " + this.name;
	}

	@Override
	public void withdraw() {
		if (!this.told.compareAndSet(false, true)) {
			return; // it cannot be told twice
		}
		@Nullable Permit permit = (this.gate != null) ? this.gate.tryEnter(KIND, this.name) : null;
		try {
			this.listener.stop(() -> stopped(permit));
		}
		catch (RuntimeException | Error ex) {
			release(permit);
			this.told.set(false);
			throw ex;
		}
	}

	private void stopped(@Nullable Permit permit) {
		this.stopped.complete(null);
		release(permit);
	}

	private static void release(@Nullable Permit permit) {
		if (permit != null) {
			permit.close();
		}
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
