package io.github.gracefulshutdown.autoconfigure.websocket;

import java.time.Duration;
import java.util.List;
import java.util.Objects;

import io.github.gracefulshutdown.Permit;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SignalType;

import org.springframework.web.reactive.socket.WebSocketHandler;
import org.springframework.web.reactive.socket.WebSocketSession;

/**
 * Handshake of one WebSocket session of a reactive application, and the handler of the
 * session. It counts the session from the handshake on, and takes the place of the
 * request, which some servers let end with the session and others before it is open.
 */
final class ReactiveHandshake implements WebSocketHandler {

	// For servers that open the session when they have answered the handshake.
	private static final Duration OPENING_BOUND = Duration.ofSeconds(5);

	private final WebSocketHandler handler;

	private final ReactiveSessions sessions;

	private final String path;

	private volatile @Nullable Permit request;

	private volatile @Nullable CountedConnection connection;

	ReactiveHandshake(WebSocketHandler handler, ReactiveSessions sessions, String path) {
		this.handler = handler;
		this.sessions = sessions;
		this.path = path;
	}

	@Override
	public List<String> getSubProtocols() {
		return this.handler.getSubProtocols();
	}

	/**
	 * Has the handshake count, unless its request is exempt.
	 * @param upgrade answers the handshake
	 */
	Mono<?> count(Mono<?> upgrade) {
		return Mono.deferContextual((context) -> {
			if (!context.hasKey(Permit.class)) {
				return upgrade;
			}
			Permit permit = context.get(Permit.class);
			CountedConnection begun = this.sessions.begin(permit, this.path);
			if (begun == null) {
				return upgrade;
			}
			this.request = permit;
			this.connection = begun;
			return upgrade.doFinally((signal) -> answered(begun, signal));
		});
	}

	private static void answered(CountedConnection connection, SignalType signal) {
		if (signal == SignalType.ON_COMPLETE) {
			connection.endUnlessOpenWithin(OPENING_BOUND);
		}
		else if (connection.session() == null) {
			connection.end();
		}
	}

	@Override
	public Mono<Void> handle(WebSocketSession session) {
		CountedConnection counted = this.connection;
		if (counted == null) {
			return this.handler.handle(session);
		}
		return Mono.defer(() -> {
			this.sessions.opened(counted, session);
			Objects.requireNonNull(this.request).close();
			return this.handler.handle(session);
		}).contextWrite((context) -> context.put(Permit.class, counted.permit())).doFinally((signal) -> counted.end());
	}

}
