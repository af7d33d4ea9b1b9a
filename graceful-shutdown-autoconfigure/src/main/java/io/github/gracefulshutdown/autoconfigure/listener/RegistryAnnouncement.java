package io.github.gracefulshutdown.autoconfigure.listener;

import java.util.List;
import java.util.concurrent.ExecutionException;

import io.github.gracefulshutdown.autoconfigure.Announcement;
import org.jspecify.annotations.Nullable;

/**
 * A registry of listeners. Each of them is stopped and waited for by itself, because one
 * may be stuck, or wait for the shutdown.
 */
final class RegistryAnnouncement implements Announcement {

	private final String name;

	private final List<ListenerAnnouncement> listeners;

	RegistryAnnouncement(String name, List<ListenerAnnouncement> listeners) {
		this.name = name;
		this.listeners = List.copyOf(listeners);
	}

	@Override
	public String name() {
		return "listener " + this.name;
	}

	/** Stops all of them, also if one fails. */
	@Override
	public void withdraw() {
		@Nullable RuntimeException failure = null;
		for (ListenerAnnouncement listener : this.listeners) {
			try {
				listener.withdraw();
			}
			catch (RuntimeException ex) {
				failure = ex;
			}
		}
		if (failure != null) {
			throw failure;
		}
	}

	@Override
	public void restore() throws InterruptedException, ExecutionException {
		for (ListenerAnnouncement listener : this.listeners) {
			listener.restore();
		}
	}

	@Override
	public boolean isFollowedByCallers() {
		return false;
	}

}
