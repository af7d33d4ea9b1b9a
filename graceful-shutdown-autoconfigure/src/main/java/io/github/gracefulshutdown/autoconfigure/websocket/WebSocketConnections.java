package io.github.gracefulshutdown.autoconfigure.websocket;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

import io.github.gracefulshutdown.DrainGate;
import io.github.gracefulshutdown.GateClosedException;
import io.github.gracefulshutdown.Permit;
import io.github.gracefulshutdown.Stage;
import io.github.gracefulshutdown.autoconfigure.DrainParticipant;
import io.github.gracefulshutdown.autoconfigure.EndlessWork;
import io.github.gracefulshutdown.autoconfigure.ForeignText;
import io.github.gracefulshutdown.autoconfigure.GuestRunner;
import io.github.gracefulshutdown.autoconfigure.StageChangedEvent;
import io.github.gracefulshutdown.autoconfigure.TimeSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections of WebSocket sessions of this instance: counts them, and closes the
 * sessions when the drain begins, if that is the policy, else when it is over. Safe for
 * use by many threads.
 */
final class WebSocketConnections implements DrainParticipant {

	private static final Logger logger = LoggerFactory.getLogger(WebSocketConnections.class);

	private static final Duration LISTENER_BOUND = Duration.ofSeconds(1);

	// How long a client may take to answer the close frame.
	static final Duration ANSWER_BOUND = Duration.ofSeconds(2);

	// The shutdown waits for a participant for a second.
	private static final Duration LAST_BOUND = Duration.ofMillis(800);

	private final DrainGate gate;

	private final EndlessWork endlessWork;

	private final GuestRunner guests;

	private final TimeSource time;

	private final Duration spread;

	private final Set<CountedConnection> open = ConcurrentHashMap.newKeySet();

	WebSocketConnections(DrainGate gate, EndlessWork endlessWork, GuestRunner guests, TimeSource time,
			Duration spread) {
		this.gate = gate;
		this.endlessWork = endlessWork;
		this.guests = guests;
		this.time = time;
		this.spread = spread;
	}

	/**
	 * Counts a connection from now on, within the request that is its handshake: what was
	 * let in as a request is let in as a session, also if the gate was closed meanwhile.
	 * @return the connection, or {@code null} if the handshake was not let in by the gate
	 */
	@Nullable CountedConnection begin(String path) {
		return begin(() -> this.gate.enter("websocket", ForeignText.path(path)));
	}

	/** Does the same for a request that is not told by its thread but by its permit. */
	@Nullable CountedConnection begin(Permit request, String path) {
		return begin(() -> this.gate.enter(request, "websocket", ForeignText.path(path)));
	}

	@SuppressWarnings("FutureReturnValueIgnored") // removing does not fail
	private @Nullable CountedConnection begin(Supplier<Permit> enter) {
		try {
			CountedConnection connection = new CountedConnection(enter.get(), this.time);
			this.open.add(connection);
			connection.ended().thenRun(() -> this.open.remove(connection));
			return connection;
		}
		catch (GateClosedException ex) {
			logger.debug("A WebSocket session is not counted", ex);
			return null;
		}
	}

	/** Notes that the session is open, so that it can be closed. */
	@SuppressWarnings("FutureReturnValueIgnored") // removing does not fail
	void opened(CountedConnection connection, OpenSession session) {
		connection.setSession(session);
		Runnable remove = this.endlessWork.add(connection.permit(), this.spread, () -> close(connection, session));
		connection.ended().thenRun(remove);
	}

	/** Closes the session, after the application was told. */
	@SuppressWarnings("FutureReturnValueIgnored") // the end of the connection is what
													// counts
	private void close(CountedConnection connection, OpenSession session) {
		if (!connection.beginClose()) {
			return;
		}
		tell(session.farewells());
		connection.endWithin(OpenSession.CLOSE_BOUND);
		session.close().whenComplete((sent, ex) -> {
			if (ex != null) {
				logger.debug("Could not close a WebSocket session", ex);
				connection.end();
			}
			else {
				connection.endWithin(ANSWER_BOUND);
			}
		});
	}

	private void tell(List<OpenSession.Farewell> farewells) {
		if (farewells.isEmpty()) {
			return;
		}
		CompletableFuture<Integer> told = this.guests.run("websocket-listener", LISTENER_BOUND, () -> {
			for (OpenSession.Farewell farewell : farewells) {
				tell(farewell);
			}
			return farewells.size();
		});
		try {
			told.get();
		}
		catch (ExecutionException ex) {
			logger.warn("A listener for the close of a WebSocket session failed; it is closed all the same",
					ex.getCause());
		}
		catch (InterruptedException ex) {
			logger.debug("Interrupted while telling of the close of a WebSocket session", ex);
		}
	}

	private static void tell(OpenSession.Farewell farewell) throws InterruptedException {
		try {
			farewell.say();
		}
		catch (InterruptedException ex) {
			throw ex;
		}
		catch (Exception ex) {
			logger.warn("A listener for the close of a WebSocket session failed; it is closed all the same", ex);
		}
	}

	/**
	 * Closes what is still open when the drain is over: the container would cut it.
	 */
	@Override
	public void stageChanged(StageChangedEvent event) {
		if (event.getStage() == Stage.DRAINED && !this.open.isEmpty()) {
			closeAll(List.copyOf(this.open));
		}
	}

	private void closeAll(List<CountedConnection> connections) {
		logger.info("Closing {} WebSocket sessions that are still open", connections.size());
		this.guests.runAll("websocket-close", OpenSession.CLOSE_BOUND,
				connections.stream().<Runnable>map((connection) -> () -> close(connection)).toList());
		CompletableFuture<?>[] ended = connections.stream()
			.map(CountedConnection::ended)
			.toArray(CompletableFuture<?>[]::new);
		try {
			CompletableFuture.allOf(ended).get(LAST_BOUND.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (TimeoutException | ExecutionException ex) {
			logger.debug("Some clients have not answered the close of their WebSocket session", ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private void close(CountedConnection connection) {
		OpenSession session = connection.session();
		if (session != null) {
			close(connection, session);
		}
	}

}
