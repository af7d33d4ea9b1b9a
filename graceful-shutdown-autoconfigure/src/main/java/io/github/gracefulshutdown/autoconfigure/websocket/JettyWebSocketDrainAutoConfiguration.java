package io.github.gracefulshutdown.autoconfigure.websocket;

import io.github.gracefulshutdown.autoconfigure.GracefulShutdownAutoConfiguration;
import io.github.gracefulshutdown.autoconfigure.ShutdownSequence;
import jakarta.servlet.DispatcherType;
import jakarta.websocket.Session;
import org.eclipse.jetty.websocket.core.WebSocketConnection;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for draining the WebSocket sessions
 * of a servlet application on Jetty.
 */
@AutoConfiguration(after = GracefulShutdownAutoConfiguration.class)
@ConditionalOnClass(value = { WebSocketConnection.class, Session.class },
		name = "org.eclipse.jetty.websocket.core.server.WebSocketMappings")
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnBean(value = ShutdownSequence.class, search = SearchStrategy.CURRENT)
@Import(WebSocketSessionsConfiguration.class)
public final class JettyWebSocketDrainAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean(name = "gracefulShutdownJettyWebSocketHandshakeFilterRegistration",
			search = SearchStrategy.CURRENT)
	FilterRegistrationBean<JettyHandshakeFilter> gracefulShutdownJettyWebSocketHandshakeFilterRegistration(
			WebSocketSessions sessions) {
		FilterRegistrationBean<JettyHandshakeFilter> registration = new FilterRegistrationBean<>(
				new JettyHandshakeFilter(sessions));
		registration.setName("gracefulShutdownJettyHandshakeFilter");
		registration.setOrder(JettyHandshakeFilter.ORDER);
		registration.setDispatcherTypes(DispatcherType.REQUEST);
		return registration;
	}

}
