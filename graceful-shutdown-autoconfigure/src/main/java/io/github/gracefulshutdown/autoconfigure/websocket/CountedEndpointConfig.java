package io.github.gracefulshutdown.autoconfigure.websocket;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import jakarta.websocket.Decoder;
import jakarta.websocket.Encoder;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.Extension;
import jakarta.websocket.server.ServerEndpointConfig;
import org.jspecify.annotations.Nullable;

/**
 * Configuration of the endpoint of one session, with an encoder that encodes nothing. The
 * encoders are what a session releases when its connection is closed, whichever thread
 * does that and why.
 */
final class CountedEndpointConfig implements ServerEndpointConfig {

	private final ServerEndpointConfig config;

	private final CountedConnection connection;

	CountedEndpointConfig(ServerEndpointConfig config, CountedConnection connection) {
		this.config = config;
		this.connection = connection;
	}

	@Override
	public List<Class<? extends Encoder>> getEncoders() {
		List<Class<? extends Encoder>> encoders = new ArrayList<>(this.config.getEncoders());
		encoders.add(EndOfConnection.class);
		return encoders;
	}

	@Override
	public List<Class<? extends Decoder>> getDecoders() {
		return this.config.getDecoders();
	}

	@Override
	public Map<String, Object> getUserProperties() {
		return this.config.getUserProperties();
	}

	@Override
	public Class<?> getEndpointClass() {
		return this.config.getEndpointClass();
	}

	@Override
	public String getPath() {
		return this.config.getPath();
	}

	@Override
	public List<String> getSubprotocols() {
		return this.config.getSubprotocols();
	}

	@Override
	public List<Extension> getExtensions() {
		return this.config.getExtensions();
	}

	@Override
	public Configurator getConfigurator() {
		return this.config.getConfigurator();
	}

	/** Public because the container makes the instances. */
	public static final class EndOfConnection implements Encoder.Text<Nothing> {

		private @Nullable CountedConnection connection;

		/** Created by the container. */
		public EndOfConnection() {
		}

		@Override
		public void init(EndpointConfig config) {
			this.connection = ((CountedEndpointConfig) config).connection;
		}

		@Override
		public String encode(Nothing message) {
			throw new UnsupportedOperationException();
		}

		@Override
		public void destroy() {
			if (this.connection != null) {
				this.connection.end();
			}
		}

	}

	/** Of which there is no instance. */
	public static final class Nothing {

		private Nothing() {
		}

	}

}
