package io.github.gracefulshutdown.autoconfigure.websocket;

import jakarta.websocket.Session;

/**
 * Told of each WebSocket session that is about to be closed because the instance leaves.
 * A bean of this type can send a last message, or save what the session needs elsewhere.
 */
@FunctionalInterface
public interface WebSocketCloseListener {

	/**
	 * Called before the close frame is sent, on a thread of the shutdown. The session is
	 * closed when all listeners have returned, and after a second at the latest, however
	 * they end.
	 * @param session the session, which is open unless its client closes it meanwhile;
	 * behind a Spring {@code WebSocketSession} it is the native session
	 * @throws Exception if anything fails; it is logged
	 */
	void beforeClose(Session session) throws Exception;

}
