package io.github.gracefulshutdown.sample.fault;

import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.websocket.DeploymentException;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerContainer;
import jakarta.websocket.server.ServerEndpointConfig;

import org.springframework.stereotype.Component;

/** WebSockets on {@code /fault/websocket} that stay open, and say nothing. */
@Component
class OpenSockets implements ServletContextListener {

	@Override
	public void contextInitialized(ServletContextEvent event) {
		try {
			((ServerContainer) event.getServletContext().getAttribute(ServerContainer.class.getName()))
				.addEndpoint(ServerEndpointConfig.Builder.create(OpenSocket.class, "/fault/websocket").build());
		}
		catch (DeploymentException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** Made by the container. */
	public static final class OpenSocket extends Endpoint {

		@Override
		public void onOpen(Session session, EndpointConfig config) {
			Faults.begins("websocket");
		}

	}

}
