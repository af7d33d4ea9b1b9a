package io.github.gracefulshutdown.autoconfigure.websocket;

import io.github.gracefulshutdown.autoconfigure.GracefulShutdownAutoConfiguration;
import io.github.gracefulshutdown.autoconfigure.ShutdownSequence;
import jakarta.servlet.DispatcherType;
import org.apache.tomcat.websocket.server.WsHttpUpgradeHandler;

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
 * of a servlet application on Tomcat.
 */
@AutoConfiguration(after = GracefulShutdownAutoConfiguration.class)
@ConditionalOnClass(WsHttpUpgradeHandler.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnBean(value = ShutdownSequence.class, search = SearchStrategy.CURRENT)
@Import(WebSocketSessionsConfiguration.class)
public final class WebSocketDrainAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean(name = "gracefulShutdownWebSocketHandshakeFilterRegistration",
			search = SearchStrategy.CURRENT)
	FilterRegistrationBean<HandshakeFilter> gracefulShutdownWebSocketHandshakeFilterRegistration(
			WebSocketSessions sessions) {
		FilterRegistrationBean<HandshakeFilter> registration = new FilterRegistrationBean<>(
				new HandshakeFilter(sessions));
		registration.setName("gracefulShutdownHandshakeFilter");
		registration.setOrder(HandshakeFilter.ORDER);
		registration.setDispatcherTypes(DispatcherType.REQUEST);
		return registration;
	}

}
