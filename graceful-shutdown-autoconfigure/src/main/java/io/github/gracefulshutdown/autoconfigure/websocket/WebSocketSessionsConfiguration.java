package io.github.gracefulshutdown.autoconfigure.websocket;

import java.time.Duration;

import io.github.gracefulshutdown.DrainGate;
import io.github.gracefulshutdown.autoconfigure.EndlessWork;
import io.github.gracefulshutdown.autoconfigure.GracefulShutdownProperties;
import io.github.gracefulshutdown.autoconfigure.GuestRunner;
import io.github.gracefulshutdown.autoconfigure.TimeSource;
import jakarta.websocket.CloseReason;
import jakarta.websocket.CloseReason.CloseCodes;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The sessions of a servlet application, on whichever container. */
@Configuration(proxyBeanMethods = false)
class WebSocketSessionsConfiguration {

	@Bean
	@ConditionalOnMissingBean
	WebSocketSessions webSocketSessions(ApplicationContext context, DrainGate gate, EndlessWork endlessWork,
			GuestRunner guests, TimeSource time, ObjectProvider<WebSocketCloseListener> listeners,
			GracefulShutdownProperties properties) {
		GracefulShutdownProperties.WebSocket settings = properties.getWebsocket();
		CloseReason reason = new CloseReason(CloseCodes.getCloseCode(settings.getCloseCode()),
				"This instance is shutting down: connect again");
		Duration drain = properties.getDrain().getTimeout();
		Duration spread = settings.getSpread();
		return new WebSocketSessions(context, gate, endlessWork, guests, time, listeners, reason,
				(spread.compareTo(drain) < 0) ? spread : drain);
	}

}
