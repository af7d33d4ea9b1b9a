package io.github.gracefulshutdown.autoconfigure.jetty;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;

import io.github.gracefulshutdown.autoconfigure.EmbeddedServer;
import io.github.gracefulshutdown.autoconfigure.InstanceId;
import io.github.gracefulshutdown.autoconfigure.RawRefusal;
import io.github.gracefulshutdown.autoconfigure.RequestIntake;
import io.github.gracefulshutdown.autoconfigure.RequestEnd;
import io.github.gracefulshutdown.autoconfigure.UploadProgress;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.AbstractConnector;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.component.Container;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.InitializingBean;
import org.springframework.context.ApplicationContext;

/**
 * Intake of the embedded Jetty that runs the application, with all its connectors.
 */
final class JettyRequestIntake implements RequestIntake, InitializingBean {

	private final ApplicationContext context;

	private final InstanceId instance;

	private final Queue<HttpConfiguration> shortened = new ConcurrentLinkedQueue<>();

	private volatile long dryingSinceNanos = System.nanoTime();

	private volatile Map<Connection, UploadProgress> uploads = Map.of();

	JettyRequestIntake(ApplicationContext context, InstanceId instance) {
		this.context = context;
		this.instance = instance;
	}

	/** Spring Boot gives the server its connectors later, right before they start. */
	@Override
	public void afterPropertiesSet() {
		Server server = server();
		if (server != null) {
			server.addEventListener(new ConnectorListener());
		}
	}

	@Override
	public void runDry() {
		connections().forEach(JettyConnection::sayGoAwayIfIdle);
		this.dryingSinceNanos = System.nanoTime();
		configurations().filter(HttpConfiguration::isPersistentConnectionsEnabled).forEach((configuration) -> {
			configuration.setPersistentConnectionsEnabled(false);
			this.shortened.add(configuration);
		});
	}

	/*
	 * The thread that reads the head of a request runs its handler, so what has no
	 * handler yet is in a connection that nobody has read from, or waits, as a stream of
	 * HTTP/2 or a connection that was just accepted, with all that waits for a thread.
	 */
	@Override
	public long onTheWay() {
		long busy = connections().filter(JettyConnection::isBusy).count();
		return Math.max(busy, waitingForThread());
	}

	@Override
	public long waitingForThread() {
		Server server = server();
		return (server != null && server.getThreadPool() instanceof QueuedThreadPool threads) ? threads.getQueueSize()
				: 0;
	}

	@Override
	public void closeIdle(Duration patience) {
		byte[] refusal = RawRefusal.of(this.instance);
		connections().forEach((connection) -> connection.closeIfIdle(refusal, patience));
	}

	@Override
	public void lookAtUploads(boolean end) {
		Map<Connection, UploadProgress> before = this.uploads;
		Map<Connection, UploadProgress> now = new HashMap<>();
		connections().filter(Http1Connection.class::isInstance)
			.map(Http1Connection.class::cast)
			.forEach((connection) -> lookAtUpload(connection, before, now, end));
		this.uploads = now;
	}

	private static void lookAtUpload(Http1Connection connection, Map<Connection, UploadProgress> before,
			Map<Connection, UploadProgress> now, boolean end) {
		UploadProgress progress = before.get(connection.connection());
		boolean waiting = connection.isUploading();
		long received = connection.connection().getBytesIn();
		if (progress == null && waiting) {
			progress = new UploadProgress(received, System.nanoTime());
		}
		if (progress != null) {
			now.put(connection.connection(), progress);
			if (waiting && progress.isStalled(received, System.nanoTime()) && end) {
				connection.endUpload();
			}
		}
	}

	@Override
	@SuppressWarnings("FutureReturnValueIgnored") // completes when all connections are
													// closed
	public void stopListening() {
		connectors().forEach(AbstractConnector::shutdown);
	}

	@Override
	public void resume() {
		this.shortened.forEach((configuration) -> configuration.setPersistentConnectionsEnabled(true));
		this.shortened.clear();
	}

	private Stream<JettyConnection> connections() {
		return connectors().flatMap((connector) -> connector.getConnectedEndPoints().stream())
			.map((endPoint) -> JettyConnection.of(endPoint, this.dryingSinceNanos))
			.flatMap(Stream::ofNullable);
	}

	private Stream<HttpConfiguration> configurations() {
		return connectors().flatMap(JettyRequestIntake::configurations);
	}

	private static Stream<HttpConfiguration> configurations(AbstractConnector connector) {
		return connector.getConnectionFactories()
			.stream()
			.filter(HttpConfiguration.ConnectionFactory.class::isInstance)
			.map((factory) -> ((HttpConfiguration.ConnectionFactory) factory).getHttpConfiguration());
	}

	private Stream<AbstractConnector> connectors() {
		Server server = server();
		return Stream.of((server != null) ? server.getConnectors() : new Connector[0])
			.filter(AbstractConnector.class::isInstance)
			.map(AbstractConnector.class::cast);
	}

	/** Returns the embedded Jetty, or {@code null} if there is none. */
	private @Nullable Server server() {
		return EmbeddedServer.find(this.context, "getServer", Server.class);
	}

	/** Has each request that comes in through a connector tell of its end. */
	private static final class ConnectorListener implements Container.Listener {

		@Override
		public void beanAdded(Container parent, Object child) {
			if (child instanceof AbstractConnector connector) {
				configurations(connector)
					.filter((configuration) -> configuration.getCustomizer(RequestEndCustomizer.class) == null)
					.forEach((configuration) -> configuration.addCustomizer(new RequestEndCustomizer()));
			}
		}

		@Override
		public void beanRemoved(Container parent, Object child) {
		}

	}

	private static final class RequestEndCustomizer implements HttpConfiguration.Customizer {

		@Override
		public Request customize(Request request, HttpFields.Mutable responseHeaders) {
			RequestEnd end = new RequestEnd();
			request.setAttribute(RequestEnd.REQUEST_ATTRIBUTE, end);
			Request.addCompletionListener(request, (failure) -> end.reach());
			return request;
		}

	}

}
