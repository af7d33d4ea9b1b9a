package io.github.gracefulshutdown.autoconfigure.websocket;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests for the drain of WebSocket sessions on Jetty. */
class JettyWebSocketDrainTests extends WebSocketDrainTests {

	/**
	 * Handlers of Spring use Jetty's own API, of whose sessions the listeners know
	 * nothing.
	 */
	@Override
	@ParameterizedTest
	@ValueSource(strings = "/annotated")
	void theApplicationIsToldFirstAndCanSendALastMessage(String path) throws Exception {
		super.theApplicationIsToldFirstAndCanSendALastMessage(path);
	}

}
