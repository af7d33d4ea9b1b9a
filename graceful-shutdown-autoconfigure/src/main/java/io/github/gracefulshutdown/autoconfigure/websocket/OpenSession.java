package io.github.gracefulshutdown.autoconfigure.websocket;

import java.io.IOException;

import jakarta.websocket.CloseReason;
import jakarta.websocket.Session;
import org.jspecify.annotations.Nullable;

/** A session as its container has it. */
interface OpenSession {

	/** Sends the close frame, after what was sent before. */
	void close(CloseReason reason) throws IOException;

	/**
	 * Returns the session as the listeners know it, or {@code null} if its endpoint uses
	 * another API.
	 */
	@Nullable Session session();

	static OpenSession of(Session session) {
		return new OpenSession() {

			@Override
			public void close(CloseReason reason) throws IOException {
				session.close(reason);
			}

			@Override
			public Session session() {
				return session;
			}

		};
	}

}
