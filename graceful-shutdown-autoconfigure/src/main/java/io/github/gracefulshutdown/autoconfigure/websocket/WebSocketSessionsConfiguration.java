package io.github.gracefulshutdown.autoconfigure.websocket;

import io.github.gracefulshutdown.autoconfigure.GracefulShutdownProperties;
import jakarta.websocket.CloseReason;
import jakarta.websocket.CloseReason.CloseCodes;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** The sessions of a servlet application, on whichever container. */
@Configuration(proxyBeanMethods = false)
@Import(WebSocketConnectionsConfiguration.class)
class WebSocketSessionsConfiguration {

	@Bean
	@ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
	WebSocketSessions gracefulShutdownWebSocketSessions(WebSocketConnections connections,
			ObjectProvider<WebSocketCloseListener> listeners, GracefulShutdownProperties properties) {
		CloseReason reason = new CloseReason(CloseCodes.getCloseCode(properties.getWebsocket().getCloseCode()),
				OpenSession.CLOSE_REASON);
		return new WebSocketSessions(connections, listeners, reason);
	}

}
