package io.github.gracefulshutdown.autoconfigure.websocket;

import io.github.gracefulshutdown.autoconfigure.ExemptPaths;
import io.github.gracefulshutdown.autoconfigure.GracefulShutdownAutoConfiguration;
import io.github.gracefulshutdown.autoconfigure.GracefulShutdownProperties;
import io.github.gracefulshutdown.autoconfigure.ShutdownSequence;
import jakarta.servlet.DispatcherType;
import jakarta.websocket.CloseReason;
import jakarta.websocket.CloseReason.CloseCodes;
import org.apache.tomcat.websocket.server.WsHttpUpgradeHandler;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for draining the WebSocket sessions
 * of a servlet application.
 */
@AutoConfiguration(after = GracefulShutdownAutoConfiguration.class)
@ConditionalOnClass(WsHttpUpgradeHandler.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnBean(ShutdownSequence.class)
@Import(WebSocketConnectionsConfiguration.class)
public final class WebSocketDrainAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	WebSocketSessions webSocketSessions(WebSocketConnections connections,
			ObjectProvider<WebSocketCloseListener> listeners, GracefulShutdownProperties properties) {
		CloseReason reason = new CloseReason(CloseCodes.getCloseCode(properties.getWebsocket().getCloseCode()),
				OpenSession.CLOSE_REASON);
		return new WebSocketSessions(connections, listeners, reason);
	}

	@Bean
	@ConditionalOnMissingBean(name = "webSocketHandshakeFilterRegistration")
	FilterRegistrationBean<HandshakeFilter> webSocketHandshakeFilterRegistration(WebSocketSessions sessions,
			ObjectProvider<ExemptPaths> exemptPaths) {
		FilterRegistrationBean<HandshakeFilter> registration = new FilterRegistrationBean<>(
				new HandshakeFilter(sessions, exemptPaths));
		registration.setOrder(HandshakeFilter.ORDER);
		registration.setDispatcherTypes(DispatcherType.REQUEST);
		return registration;
	}

}
