package io.github.gracefulshutdown.autoconfigure;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

import io.github.gracefulshutdown.DrainGate;
import io.github.gracefulshutdown.Outcome;
import io.github.gracefulshutdown.Stage;
import org.awaitility.Awaitility;

import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.io.DefaultResourceLoader;
import org.springframework.http.client.ReactorResourceFactory;
import org.springframework.util.ClassUtils;

/** A real application on a real port, and a client of its. */
public final class WebApplication implements AutoCloseable {

	private final ConfigurableApplicationContext context;

	private HttpClient client = newClient();

	private final boolean reactive;

	private WebApplication(ConfigurableApplicationContext context, boolean reactive) {
		this.context = context;
		this.reactive = reactive;
	}

	private static HttpClient newClient() {
		return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
	}

	// Reactor Netty 1.2.18 may never read the second next request of a connection whose
	// last response was written by a thread that is not its own: another one each time.
	private HttpClient client() {
		return this.reactive ? newClient() : this.client;
	}

	/** Starts an application; without a lame duck unless the properties say otherwise. */
	public static WebApplication start(Class<?> configuration, String... properties) {
		return start(new SpringApplication(configuration), properties);
	}

	/**
	 * Prepares a reactive application.
	 * @param otherServers the packages of the servers that it is not to run on
	 */
	public static SpringApplication reactive(Class<?> configuration, String... otherServers) {
		SpringApplication application = new SpringApplication(
				new DefaultResourceLoader(new FilteredClassLoader(otherServers)), configuration);
		application.setWebApplicationType(WebApplicationType.REACTIVE);
		return application;
	}

	/** Starts what was prepared, with the same properties. */
	public static WebApplication start(SpringApplication application, String... properties) {
		application.setBannerMode(Banner.Mode.OFF);
		application.setRegisterShutdownHook(false);
		application.setDefaultProperties(Map.of("server.port", "0", "grpc.server.port", "-1",
				"graceful.shutdown.lame-duck.maximum", "0", "management.endpoints.web.exposure.include", "*"));
		if (ClassUtils.isPresent("reactor.netty.http.server.HttpServer", application.getClassLoader())) {
			application.addInitializers(WebApplication::useThreadsOfItsOwn);
		}
		String[] arguments = Stream.of(properties).map("--"::concat).toArray(String[]::new);
		return new WebApplication(application.run(arguments),
				application.getWebApplicationType() == WebApplicationType.REACTIVE);
	}

	/** Those of the JVM, the default of Netty, end with the first application. */
	private static void useThreadsOfItsOwn(ConfigurableApplicationContext context) {
		((GenericApplicationContext) context).registerBean(ReactorResourceFactory.class, () -> {
			ReactorResourceFactory resources = new ReactorResourceFactory();
			resources.setUseGlobalResources(false);
			resources.setShutdownQuietPeriod(Duration.ZERO);
			return resources;
		});
	}

	public String instanceId() {
		return this.context.getBean(InstanceId.class).value();
	}

	public ConfigurableApplicationContext context() {
		return this.context;
	}

	public ShutdownSequence sequence() {
		return this.context.getBean(ShutdownSequence.class);
	}

	public DrainGate gate() {
		return this.context.getBean(DrainGate.class);
	}

	/**
	 * Undoes a drain, ends what is in flight, and forgets all connections: the next
	 * client finds an application like a new one.
	 * @return whether that could be done, as it cannot when the application is closed
	 */
	boolean serveAgain() {
		if (!this.context.isActive() || !sequence().resume()) {
			return false;
		}
		if (gate().inFlight() > 0) {
			if (drain() != Outcome.CLEAN) {
				return false;
			}
			sequence().resume();
		}
		this.client = newClient();
		return true;
	}

	/** Drains the application to the end. */
	public Outcome drain() {
		try {
			return sequence().drain().get(20, TimeUnit.SECONDS);
		}
		catch (InterruptedException | ExecutionException | TimeoutException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Begins a drain and returns what completes with it, when the blocker acts already.
	 */
	public CompletableFuture<Outcome> drainUntilBlocking() {
		CompletableFuture<Outcome> drained = sequence().drain();
		awaitStage(Stage.BLOCKING);
		return drained;
	}

	/**
	 * Begins to close the application and returns what completes with that, when the
	 * blocker acts already.
	 */
	public CompletableFuture<Void> closeUntilBlocking() {
		ShutdownSequence sequence = sequence(); // as long as there is one
		CompletableFuture<Void> closed = closeAsync();
		awaitStage(sequence, Stage.BLOCKING);
		return closed;
	}

	public CompletableFuture<Void> closeAsync() {
		return Background.run(this::close);
	}

	/** Waits until the application has come to the stage, or to a later one. */
	public void awaitStage(Stage stage) {
		awaitStage(sequence(), stage);
	}

	private static void awaitStage(ShutdownSequence sequence, Stage stage) {
		Awaitility.await().pollInterval(Duration.ofMillis(1)).until(() -> sequence.stage().compareTo(stage) >= 0);
	}

	public void awaitInFlight(long expected) {
		DrainGate gate = gate();
		Awaitility.await().until(() -> gate.inFlight() == expected);
	}

	public int port() {
		return Integer.parseInt(property("local.server.port"));
	}

	public int managementPort() {
		return Integer.parseInt(property("local.management.port"));
	}

	private String property(String name) {
		return Objects.requireNonNull(this.context.getEnvironment().getProperty(name));
	}

	public HttpResponse<String> get(String path) {
		return send("GET", this.port(), path, BodyPublishers.noBody());
	}

	public HttpResponse<String> send(String method, int port, String path, BodyPublisher body, String... headers) {
		try {
			return client().send(request(method, port, path, body, headers), BodyHandlers.ofString());
		}
		catch (IOException | InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	public CompletableFuture<HttpResponse<String>> getAsync(String path) {
		return sendAsync("GET", path);
	}

	public CompletableFuture<HttpResponse<String>> sendAsync(String method, String path) {
		return client().sendAsync(request(method, port(), path, BodyPublishers.noBody()), BodyHandlers.ofString());
	}

	private static HttpRequest request(String method, int port, String path, BodyPublisher body, String... headers) {
		HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
			.timeout(Duration.ofSeconds(20))
			.method(method, body);
		if (headers.length > 0) {
			request.headers(headers);
		}
		return request.build();
	}

	@Override
	public void close() {
		this.context.close();
	}

}
