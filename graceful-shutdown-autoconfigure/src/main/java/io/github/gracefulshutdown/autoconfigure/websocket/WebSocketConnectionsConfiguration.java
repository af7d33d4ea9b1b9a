package io.github.gracefulshutdown.autoconfigure.websocket;

import java.time.Duration;

import io.github.gracefulshutdown.DrainGate;
import io.github.gracefulshutdown.autoconfigure.EndlessWork;
import io.github.gracefulshutdown.autoconfigure.GracefulShutdownProperties;
import io.github.gracefulshutdown.autoconfigure.GuestRunner;
import io.github.gracefulshutdown.autoconfigure.TimeSource;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What the drain of WebSocket sessions needs in every kind of application. */
@Configuration(proxyBeanMethods = false)
class WebSocketConnectionsConfiguration {

	@Bean
	WebSocketConnections gracefulShutdownWebSocketConnections(DrainGate gate, EndlessWork endlessWork,
			GuestRunner guests, TimeSource time, GracefulShutdownProperties properties) {
		Duration drain = properties.getDrain().getTimeout();
		Duration spread = properties.getWebsocket().getSpread();
		return new WebSocketConnections(gate, endlessWork, guests, time,
				(spread.compareTo(drain) < 0) ? spread : drain);
	}

}
