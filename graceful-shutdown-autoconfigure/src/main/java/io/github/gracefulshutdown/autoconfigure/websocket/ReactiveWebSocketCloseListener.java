package io.github.gracefulshutdown.autoconfigure.websocket;

import org.reactivestreams.Publisher;

import org.springframework.web.reactive.socket.WebSocketSession;

/**
 * Told of each WebSocket session of a reactive application that is about to be closed
 * because the instance leaves. A bean of this type can send a last message, or save what
 * the session needs elsewhere.
 */
@FunctionalInterface
public interface ReactiveWebSocketCloseListener {

	/**
	 * Called before the close frame is sent, on a thread of the shutdown, which may be
	 * blocked. The session is closed when what all listeners return has completed, and
	 * after a second at the latest, however they end.
	 * @param session the session, which is open unless its client closes it meanwhile; on
	 * Tomcat and Jetty it sends once, so that nothing can be sent here if its handler
	 * does
	 * @return completes when the session may be closed; an error is logged
	 */
	Publisher<Void> beforeClose(WebSocketSession session);

}
