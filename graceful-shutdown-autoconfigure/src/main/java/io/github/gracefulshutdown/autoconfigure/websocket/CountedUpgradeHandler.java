package io.github.gracefulshutdown.autoconfigure.websocket;

import java.lang.reflect.Field;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import io.github.gracefulshutdown.Permit;
import jakarta.servlet.http.WebConnection;
import jakarta.websocket.Extension;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpointConfig;
import org.apache.tomcat.util.net.AbstractEndpoint.Handler.SocketState;
import org.apache.tomcat.util.net.SocketEvent;
import org.apache.tomcat.websocket.Transformation;
import org.apache.tomcat.websocket.WsSession;
import org.apache.tomcat.websocket.server.WsHandshakeRequest;
import org.apache.tomcat.websocket.server.WsHttpUpgradeHandler;
import org.apache.tomcat.websocket.server.WsServerContainer;
import org.jspecify.annotations.Nullable;

import org.springframework.util.ReflectionUtils;

/**
 * Tomcat's handler of a WebSocket connection, which counts it until it is closed. Public
 * because Tomcat makes the instances.
 */
public final class CountedUpgradeHandler extends WsHttpUpgradeHandler {

	// There is no other way to a session from outside of its endpoint.
	private static final @Nullable Field SESSION = ReflectionUtils.findField(WsHttpUpgradeHandler.class, null,
			WsSession.class);

	static {
		if (SESSION != null) {
			ReflectionUtils.makeAccessible(SESSION);
		}
	}

	private @Nullable WebSocketSessions sessions;

	private @Nullable CountedConnection connection;

	/** Created by Tomcat. */
	public CountedUpgradeHandler() {
	}

	/** Returns whether sessions of this Tomcat can be closed, and so counted. */
	static boolean isSupported() {
		return SESSION != null;
	}

	void count(WebSocketSessions sessions, CountedConnection connection) {
		this.sessions = sessions;
		this.connection = connection;
	}

	private CountedConnection connection() {
		return Objects.requireNonNull(this.connection);
	}

	@Override
	public void preInit(ServerEndpointConfig config, WsServerContainer container, WsHandshakeRequest request,
			List<Extension> extensions, String subProtocol, Transformation transformation,
			Map<String, String> pathParameters, boolean secure) {
		super.preInit(new CountedEndpointConfig(config, connection()), container, request, extensions, subProtocol,
				transformation, pathParameters, secure);
	}

	/** Opens the session. */
	@Override
	public void init(WebConnection webConnection) {
		Permit permit = connection().permit();
		permit.continueHere();
		try {
			super.init(webConnection);
		}
		catch (RuntimeException | Error ex) { // Tomcat closes the connection, and tells
												// nobody
			connection().end();
			throw ex;
		}
		WebSocketSessions sessions = Objects.requireNonNull(this.sessions);
		sessions.opened(connection(), sessions.standard(session()));
		permit.leaveHere();
	}

	private Session session() {
		Object session = ReflectionUtils.getField(Objects.requireNonNull(SESSION), this);
		return (Session) Objects.requireNonNull(session);
	}

	@Override
	public SocketState upgradeDispatch(SocketEvent event) {
		Permit permit = connection().permit();
		permit.continueHere();
		try {
			return super.upgradeDispatch(event);
		}
		finally {
			permit.leaveHere();
		}
	}

	/** Called when a thread of the container closes the connection, opened or not. */
	@Override
	public void destroy() {
		try {
			super.destroy();
		}
		finally {
			connection().end();
		}
	}

}
