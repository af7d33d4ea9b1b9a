package io.github.gracefulshutdown.autoconfigure.websocket;

import org.springframework.web.reactive.socket.server.upgrade.StandardWebSocketUpgradeStrategy;

/** Tests for the drain of the WebSocket sessions of reactive applications on Tomcat. */
class TomcatReactiveWebSocketTests extends ReactiveWebSocketContract {

	TomcatReactiveWebSocketTests() {
		super(new StandardWebSocketUpgradeStrategy(), "reactor.netty", "org.eclipse.jetty");
	}

}
