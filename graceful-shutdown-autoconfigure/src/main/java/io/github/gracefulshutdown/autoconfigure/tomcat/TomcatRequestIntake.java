package io.github.gracefulshutdown.autoconfigure.tomcat;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.gracefulshutdown.autoconfigure.EmbeddedServer;
import io.github.gracefulshutdown.autoconfigure.InstanceId;
import io.github.gracefulshutdown.autoconfigure.RawRefusal;
import io.github.gracefulshutdown.autoconfigure.RequestIntake;
import io.github.gracefulshutdown.autoconfigure.tomcat.RequestsInsideValve.Counts;
import io.github.gracefulshutdown.autoconfigure.tomcat.TomcatConnection.State;
import org.apache.catalina.Engine;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;
import org.apache.coyote.AbstractProtocol;
import org.apache.coyote.http11.AbstractHttp11Protocol;
import org.apache.tomcat.util.net.AbstractEndpoint;
import org.apache.tomcat.util.net.NioEndpoint.NioSocketWrapper;
import org.apache.tomcat.util.threads.ThreadPoolExecutor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.InitializingBean;
import org.springframework.context.ApplicationContext;
import org.springframework.util.ReflectionUtils;

/**
 * Intake of the embedded Tomcat that runs the application, with all its connectors.
 */
final class TomcatRequestIntake implements RequestIntake, InitializingBean {

	private static final Logger logger = LoggerFactory.getLogger(TomcatRequestIntake.class);

	// The only way to the connections; not public.
	private static final @Nullable Method GET_ENDPOINT = ReflectionUtils.findMethod(AbstractProtocol.class,
			"getEndpoint");

	static {
		if (GET_ENDPOINT != null) {
			ReflectionUtils.makeAccessible(GET_ENDPOINT);
		}
		if (GET_ENDPOINT == null || !TomcatConnection.isSupported()) {
			logger.warn("The connections of Tomcat cannot be seen: a drain does not wait for requests on their way, "
					+ "and does not close idle connections in time. This Tomcat is unknown, or a native image was "
					+ "built without the hints of this starter.");
		}
	}

	private final ApplicationContext context;

	private final InstanceId instance;

	private final Counts requests = new Counts();

	private final Counts streams = new Counts();

	private final Set<Upload> uploads = ConcurrentHashMap.newKeySet();

	private final Map<AbstractHttp11Protocol<?>, Integer> requestsPerConnection = new ConcurrentHashMap<>();

	private volatile long dryingSinceMillis;

	TomcatRequestIntake(ApplicationContext context, InstanceId instance) {
		this.context = context;
		this.instance = instance;
	}

	/** Not at the engine: it would leave the log of malformed requests to us alone. */
	@Override
	public void afterPropertiesSet() {
		Engine engine = engine();
		if (engine != null) {
			Stream.of(engine.findChildren())
				.flatMap((host) -> Stream.of(host.findChildren()))
				.forEach((application) -> application.getPipeline()
					.addValve(new RequestsInsideValve(this.requests, this.streams, this.uploads)));
		}
	}

	@Override
	public void runDry() {
		connections().forEach(TomcatConnection::sayGoAwayIfIdle);
		this.dryingSinceMillis = System.currentTimeMillis();
		protocols().forEach((protocol) -> {
			this.requestsPerConnection.putIfAbsent(protocol, protocol.getMaxKeepAliveRequests());
			protocol.setMaxKeepAliveRequests(1);
		});
	}

	/*
	 * From the connections that are busy, and the streams that are open, those are taken
	 * off whose request has a handler. A request that is inside while we look is busy all
	 * the time, so what was counted in before the look and not counted out after it is
	 * among the busy ones: the difference is never too small.
	 */
	@Override
	public long onTheWay() {
		long requestsEntered = this.requests.entered();
		long streamsEntered = this.streams.entered();
		long busy = 0;
		long open = 0;
		for (TomcatConnection connection : connections().toList()) {
			if (connection.state() == State.BUSY) {
				busy++;
			}
			open += connection.streams();
		}
		return Math.max(0, busy - (requestsEntered - this.requests.exited()))
				+ Math.max(0, open - (streamsEntered - this.streams.exited()));
	}

	@Override
	public long waitingForThread() {
		return protocols().stream().mapToLong((protocol) -> waitingForThread(protocol.getExecutor())).sum();
	}

	/** With virtual threads none is short. */
	private static long waitingForThread(@Nullable Executor executor) {
		if (executor instanceof ThreadPoolExecutor threads) {
			return threads.getQueue().size();
		}
		return (executor instanceof java.util.concurrent.ThreadPoolExecutor threads) ? threads.getQueue().size() : 0;
	}

	@Override
	public void closeIdle(Duration patience) {
		byte[] refusal = RawRefusal.of(this.instance);
		connections().forEach((connection) -> connection.closeIfIdle(refusal, patience));
	}

	@Override
	public void lookAtUploads(boolean end) {
		if (!this.uploads.isEmpty()) {
			Map<String, TomcatConnection> connections = connections()
				.collect(Collectors.toMap(TomcatConnection::key, Function.identity(), (one, other) -> one));
			this.uploads.forEach((upload) -> lookAt(upload, connections.get(upload.peer()), end));
		}
	}

	private static void lookAt(Upload upload, @Nullable TomcatConnection connection, boolean end) {
		if (connection != null && upload.isStalled(connection.isAwaited()) && end) {
			connection.endUpload();
		}
	}

	@Override
	public void stopListening() {
		protocols().forEach(AbstractProtocol::closeServerSocketGraceful);
	}

	/** Runs before requests are let in again. */
	@Override
	public void resume() {
		connections().filter(TomcatConnection::isHalfClosed).forEach(TomcatConnection::closeIfHalfClosed);
		this.requestsPerConnection.forEach(AbstractHttp11Protocol::setMaxKeepAliveRequests);
		this.requestsPerConnection.clear();
	}

	private Stream<TomcatConnection> connections() {
		return protocols().stream().flatMap(this::connections);
	}

	private Stream<TomcatConnection> connections(AbstractHttp11Protocol<?> protocol) {
		if (GET_ENDPOINT == null || !TomcatConnection.isSupported()) {
			return Stream.empty();
		}
		int requests = this.requestsPerConnection.getOrDefault(protocol, protocol.getMaxKeepAliveRequests());
		AbstractEndpoint<?, ?> endpoint = (AbstractEndpoint<?, ?>) ReflectionUtils.invokeMethod(GET_ENDPOINT, protocol);
		return Objects.requireNonNull(endpoint)
			.getConnections()
			.stream()
			.filter(NioSocketWrapper.class::isInstance)
			.map((wrapper) -> new TomcatConnection((NioSocketWrapper) wrapper, requests, this.dryingSinceMillis));
	}

	private List<AbstractHttp11Protocol<?>> protocols() {
		Engine engine = engine();
		if (engine == null) {
			return List.of();
		}
		return Stream.of(engine.getService().findConnectors())
			.map(Connector::getProtocolHandler)
			.filter(AbstractHttp11Protocol.class::isInstance)
			.<AbstractHttp11Protocol<?>>map((handler) -> (AbstractHttp11Protocol<?>) handler)
			.toList();
	}

	/** Returns the engine of the embedded Tomcat, or {@code null} if there is none. */
	private @Nullable Engine engine() {
		Tomcat tomcat = EmbeddedServer.find(this.context, "getTomcat", Tomcat.class);
		return (tomcat != null) ? tomcat.getEngine() : null;
	}

}
