package io.github.gracefulshutdown.autoconfigure.websocket;

import io.github.gracefulshutdown.autoconfigure.GracefulShutdownAutoConfiguration;
import io.github.gracefulshutdown.autoconfigure.GracefulShutdownProperties;
import io.github.gracefulshutdown.autoconfigure.ShutdownSequence;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.web.reactive.socket.CloseStatus;
import org.springframework.web.reactive.socket.server.WebSocketService;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for draining the WebSocket sessions
 * of a reactive application.
 */
@AutoConfiguration(after = GracefulShutdownAutoConfiguration.class)
@ConditionalOnClass({ WebSocketService.class, Mono.class })
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
@ConditionalOnBean(value = ShutdownSequence.class, search = SearchStrategy.CURRENT)
@Import(WebSocketConnectionsConfiguration.class)
public final class ReactiveWebSocketDrainAutoConfiguration {

	@Bean
	ReactiveSessions gracefulShutdownReactiveWebSocketSessions(WebSocketConnections connections,
			ObjectProvider<ReactiveWebSocketCloseListener> listeners, GracefulShutdownProperties properties) {
		CloseStatus status = new CloseStatus(properties.getWebsocket().getCloseCode(), OpenSession.CLOSE_REASON);
		return new ReactiveSessions(connections, listeners, status);
	}

	@Bean
	@ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
	static ReactiveHandshakePostProcessor gracefulShutdownReactiveHandshakePostProcessor(
			ObjectProvider<ReactiveSessions> sessions) {
		return new ReactiveHandshakePostProcessor(sessions);
	}

}
