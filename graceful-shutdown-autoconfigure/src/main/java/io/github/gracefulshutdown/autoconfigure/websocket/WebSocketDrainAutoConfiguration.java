package io.github.gracefulshutdown.autoconfigure.websocket;

import java.time.Duration;

import io.github.gracefulshutdown.DrainGate;
import io.github.gracefulshutdown.autoconfigure.EndlessWork;
import io.github.gracefulshutdown.autoconfigure.GracefulShutdownAutoConfiguration;
import io.github.gracefulshutdown.autoconfigure.GracefulShutdownProperties;
import io.github.gracefulshutdown.autoconfigure.GuestRunner;
import io.github.gracefulshutdown.autoconfigure.ShutdownSequence;
import io.github.gracefulshutdown.autoconfigure.TimeSource;
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
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for draining the WebSocket sessions
 * of a servlet application.
 */
@AutoConfiguration(after = GracefulShutdownAutoConfiguration.class)
@ConditionalOnClass(WsHttpUpgradeHandler.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnBean(ShutdownSequence.class)
public final class WebSocketDrainAutoConfiguration {

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

	@Bean
	@ConditionalOnMissingBean(name = "webSocketHandshakeFilterRegistration")
	FilterRegistrationBean<HandshakeFilter> webSocketHandshakeFilterRegistration(WebSocketSessions sessions) {
		FilterRegistrationBean<HandshakeFilter> registration = new FilterRegistrationBean<>(
				new HandshakeFilter(sessions));
		registration.setOrder(HandshakeFilter.ORDER);
		registration.setDispatcherTypes(DispatcherType.REQUEST);
		return registration;
	}

}
