package io.github.gracefulshutdown.autoconfigure.listener;

import java.util.List;

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

	@Override
	public void withdraw() throws Exception {
		forEach(ListenerAnnouncement::withdraw);
	}

	@Override
	public void restore() throws Exception {
		forEach(ListenerAnnouncement::restore);
	}

	/** One that fails keeps none of the others from it. */
	private void forEach(Step step) throws Exception {
		@Nullable Exception failure = null;
		for (ListenerAnnouncement listener : this.listeners) {
			try {
				step.take(listener);
			}
			catch (InterruptedException ex) { // the time is over
				throw ex;
			}
			catch (Exception ex) {
				if (failure == null) {
					failure = ex;
				}
				else {
					failure.addSuppressed(ex);
				}
			}
		}
		if (failure != null) {
			throw failure;
		}
	}

	@Override
	public boolean isFollowedByCallers() {
		return false;
	}

	private interface Step {

		void take(ListenerAnnouncement listener) throws Exception;

	}

}
