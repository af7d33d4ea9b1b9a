package io.github.gracefulshutdown.autoconfigure.grpc;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.github.gracefulshutdown.DrainGate;
import io.github.gracefulshutdown.Stage;
import io.github.gracefulshutdown.autoconfigure.Background;
import io.github.gracefulshutdown.autoconfigure.EmbeddedServer;
import io.github.gracefulshutdown.autoconfigure.ShutdownSequence;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Server;
import io.grpc.stub.ClientCalls;
import net.devh.boot.grpc.server.service.GrpcService;
import org.apache.catalina.startup.Tomcat;
import org.apache.coyote.UpgradeProtocol;
import org.apache.coyote.http2.Http2Protocol;
import org.awaitility.Awaitility;

import org.springframework.boot.Banner;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;

/**
 * A real application with gRPC only, on a real port, and a channel to it. It runs with
 * net.devh's starter and with Spring's own, whichever is there, and with the latter in a
 * servlet container if the system property {@code grpc.servlet} says so.
 */
final class GrpcApplication implements AutoCloseable {

	static final boolean IN_SERVLET_CONTAINER = Boolean.getBoolean("grpc.servlet");

	private final ConfigurableApplicationContext context;

	private final ManagedChannel channel;

	private GrpcApplication(ConfigurableApplicationContext context) {
		this.context = context;
		if (IN_SERVLET_CONTAINER) {
			acceptSmallFrames(context);
		}
		ManagedChannelBuilder<?> builder = ManagedChannelBuilder.forAddress("localhost", port()).usePlaintext();
		// A call that crosses the GOAWAY with which Tomcat ends idle connections is sent
		// again by its channel. Elsewhere that would only hide something.
		this.channel = (IN_SERVLET_CONTAINER ? builder : builder.disableRetry()).build();
	}

	/**
	 * Tomcat ends a connection as abusive after a few small frames, and whether a call of
	 * a few bytes is one or two of them is up to the threads of the client.
	 */
	private static void acceptSmallFrames(ConfigurableApplicationContext context) {
		Tomcat tomcat = Objects.requireNonNull(EmbeddedServer.find(context, "getTomcat", Tomcat.class));
		for (UpgradeProtocol protocol : tomcat.getConnector().findUpgradeProtocols()) {
			((Http2Protocol) protocol).setOverheadDataThreshold(0);
		}
	}

	/** Starts an application; without a lame duck unless the properties say otherwise. */
	static GrpcApplication start(Class<?> configuration, String... properties) {
		String[] arguments = Stream.of(properties).map("--"::concat).toArray(String[]::new);
		return new GrpcApplication(new SpringApplicationBuilder(Application.class, configuration)
			.web(IN_SERVLET_CONTAINER ? WebApplicationType.SERVLET : WebApplicationType.NONE)
			.bannerMode(Banner.Mode.OFF)
			.registerShutdownHook(false)
			.properties("grpc.server.port=0", "spring.grpc.server.port=0", "server.port=0", "server.http2.enabled=true",
					"spring.lifecycle.timeout-per-shutdown-phase=5s",
					"spring.grpc.server.servlet.enabled=" + IN_SERVLET_CONTAINER,
					"spring.grpc.server.health.enabled=true", "graceful.shutdown.lame-duck.maximum=0")
			.run(arguments));
	}

	static GrpcApplication start(String... properties) {
		return start(Application.class, properties);
	}

	ConfigurableApplicationContext context() {
		return this.context;
	}

	ShutdownSequence sequence() {
		return this.context.getBean(ShutdownSequence.class);
	}

	DrainGate gate() {
		return this.context.getBean(DrainGate.class);
	}

	private int port() {
		return IN_SERVLET_CONTAINER
				? this.context.getEnvironment().getRequiredProperty("local.server.port", Integer.class)
				: server().getPort();
	}

	Server server() {
		return this.context.getBean(GrpcServers.class).servers().get(0);
	}

	Channel channel() {
		return this.channel;
	}

	String call(String request) {
		return ClientCalls.blockingUnaryCall(this.channel, EchoService.UNARY, CallOptions.DEFAULT, request);
	}

	/** Waits until as many calls are in flight, and nothing else is. */
	void awaitInFlight(long expected) {
		DrainGate gate = gate();
		Awaitility.await().until(() -> gate.inFlight() == expected && gate.inFlight("grpc") == expected);
	}

	void awaitStage(Stage stage) {
		Awaitility.await().until(() -> sequence().stage() == stage);
	}

	CompletableFuture<Void> closeAsync() {
		return Background.run(this.context::close);
	}

	static <T> CompletableFuture<T> supplyAsync(Supplier<T> call) {
		return Background.call(call);
	}

	@Override
	public void close() {
		this.channel.shutdownNow();
		this.context.close();
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		@GrpcService
		EchoService echoService(DrainGate gate) {
			return new EchoService(gate);
		}

	}

}
