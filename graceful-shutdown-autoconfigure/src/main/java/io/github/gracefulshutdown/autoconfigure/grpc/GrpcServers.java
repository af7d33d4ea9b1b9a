package io.github.gracefulshutdown.autoconfigure.grpc;

import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import io.github.gracefulshutdown.autoconfigure.DrainParticipant;
import io.github.gracefulshutdown.autoconfigure.RequestAdmission;
import io.github.gracefulshutdown.autoconfigure.ServerPresence;
import io.github.gracefulshutdown.autoconfigure.ShutdownSequence;
import io.grpc.Server;

import org.springframework.context.Lifecycle;

/**
 * The gRPC servers of the application. When the context closes they send GOAWAY just
 * before calls are refused, so that clients send what comes next elsewhere by themselves,
 * while the calls in flight go on; and they stop when the drain has ended.
 */
final class GrpcServers implements DrainParticipant {

	// Time in which GOAWAY has reached a client, and what it sent before has arrived.
	private static final Duration FAREWELL = Duration.ofMillis(100);

	// The shutdown waits for a participant for a second.
	private static final int FAREWELLS = 8;

	private final ShutdownSequence sequence;

	private final ServerPresence servers;

	private final RequestAdmission admission;

	private final LingeringCalls lingeringCalls;

	private final List<Started> started = new CopyOnWriteArrayList<>();

	GrpcServers(ShutdownSequence sequence, ServerPresence servers, RequestAdmission admission,
			LingeringCalls lingeringCalls) {
		this.sequence = sequence;
		this.servers = servers;
		this.admission = admission;
		this.lingeringCalls = lingeringCalls;
	}

	/** Adds a server that has started, and what stops it. */
	void add(Server server, Lifecycle lifecycle) {
		this.started.removeIf((earlier) -> earlier.server().isTerminated());
		this.started.add(new Started(server, lifecycle));
		if (server.getListenSockets().stream().anyMatch(GrpcServers::isReachable)) {
			this.servers.started();
		}
	}

	/** Returns whether others than the process itself can call there. */
	private static boolean isReachable(SocketAddress address) {
		return !address.getClass().getName().startsWith("io.grpc.inprocess.");
	}

	List<Server> servers() {
		return this.started.stream().map(Started::server).toList();
	}

	@Override
	public void lastCall() {
		if (shutDownIfClosing()) {
			awaitFarewell();
		}
	}

	@Override
	public void contextCloses() {
		shutDownIfClosing();
		this.lingeringCalls.endAll();
		if (this.sequence.isClosedBy(this.admission.kind())) {
			servers().forEach(Server::shutdownNow); // else it would wait for this thread
		}
		this.started.forEach(Started::stop);
	}

	/**
	 * Waits until every connection has ended, as one without calls does when its client
	 * has got GOAWAY and what it sent before was served. Those with calls that last are
	 * waited for until none has come for a while.
	 */
	private void awaitFarewell() {
		try {
			for (int i = 0; i < FAREWELLS; i++) {
				long arrived = this.admission.stragglers();
				if (awaitTermination() || this.admission.stragglers() == arrived) {
					return;
				}
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private boolean awaitTermination() throws InterruptedException {
		for (Server server : servers()) {
			if (!server.awaitTermination(FAREWELL.toMillis(), TimeUnit.MILLISECONDS)) {
				return false;
			}
		}
		return true;
	}

	/**
	 * Has every server send GOAWAY and take no new connection, unless the drain can be
	 * undone. Calls that have come or still come are not affected. May be called again.
	 * @return whether it was done
	 */
	boolean shutDownIfClosing() {
		if (!this.sequence.isClosing()) {
			return false;
		}
		this.started.forEach((started) -> started.server().shutdown());
		return !this.started.isEmpty();
	}

	/*
	 * A lifecycle whose server was shut down says that it is not running, and the
	 * container would leave it out: the end of the calls would not be waited for, and the
	 * events of the stop not published.
	 */
	private record Started(Server server, Lifecycle lifecycle) {

		void stop() {
			this.lifecycle.stop();
		}

	}

}
