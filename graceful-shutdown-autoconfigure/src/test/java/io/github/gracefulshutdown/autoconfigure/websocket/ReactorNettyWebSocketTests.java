package io.github.gracefulshutdown.autoconfigure.websocket;

import org.springframework.web.reactive.socket.server.upgrade.ReactorNettyRequestUpgradeStrategy;

/** Tests for the drain of the WebSocket sessions of reactive applications on Netty. */
class ReactorNettyWebSocketTests extends ReactiveWebSocketContract {

	ReactorNettyWebSocketTests() {
		super(new ReactorNettyRequestUpgradeStrategy(), "org.apache.catalina", "org.eclipse.jetty");
	}

}
