package io.github.gracefulshutdown.gateway;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.gracefulshutdown.Outcome;
import io.github.gracefulshutdown.Stage;
import io.github.gracefulshutdown.autoconfigure.WebApplication;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Sinks;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.cloud.gateway.route.RouteLocator;
import org.springframework.cloud.gateway.route.builder.RouteLocatorBuilder;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for Spring Cloud Gateway as the application. */
class GatewayDrainTests {

	private final AtomicInteger proxied = new AtomicInteger();

	private final Sinks.One<String> answer = Sinks.one();

	private final DisposableServer upstream = HttpServer.create()
		.port(0)
		.route((routes) -> routes.get("/answer", (request, response) -> {
			this.proxied.incrementAndGet();
			return response.sendString(this.answer.asMono());
		})
			.get("/refused", (request, response) -> response.status(503).header("Graceful-Shutdown", "rejected").send())
			.get("/leaving", (request, response) -> response.header("Graceful-Shutdown", "lame-duck").send())
			.ws("/socket", (inbound, outbound) -> outbound.sendString(inbound.receive().asString())))
		.bindNow();

	private WebApplication gateway;

	@BeforeEach
	void start() {
		SpringApplication application = new SpringApplication(Application.class);
		application.setWebApplicationType(WebApplicationType.REACTIVE);
		this.gateway = WebApplication.start(application, "upstream.port=" + this.upstream.port());
	}

	@AfterEach
	void close() {
		this.answer.tryEmitEmpty();
		this.gateway.close();
		this.upstream.disposeNow();
	}

	@Test
	void aProxiedRequestInFlightIsDrainedAndNoOtherIsProxied() throws Exception {
		CompletableFuture<HttpResponse<String>> inFlight = this.gateway.getAsync("/answer");
		Awaitility.await().until(() -> this.proxied.get() == 1);
		CompletableFuture<Outcome> drained = this.gateway.sequence().drain();
		awaitStage(Stage.BLOCKING);
		HttpResponse<String> refused = this.gateway.get("/answer");
		assertThat(refused.statusCode()).isEqualTo(503);
		assertThat(refused.headers().firstValue("Graceful-Shutdown")).hasValue("rejected");
		assertThat(this.proxied).hasValue(1);
		assertThat(drained).isNotDone();
		this.answer.tryEmitValue("done");
		HttpResponse<String> response = inFlight.get(10, TimeUnit.SECONDS);
		assertThat(response.body()).isEqualTo("done");
		assertThat(response.headers().firstValue("Graceful-Shutdown")).hasValue("lame-duck");
		assertThat(drained.get(10, TimeUnit.SECONDS)).isEqualTo(Outcome.CLEAN);
	}

	@Test
	void whatAnUpstreamSaysOfItselfIsNotPassedOn() {
		HttpResponse<String> refused = this.gateway.get("/refused");
		assertThat(refused.statusCode()).isEqualTo(503);
		assertThat(refused.headers().firstValue("Graceful-Shutdown")).isEmpty();
		HttpResponse<String> leaving = this.gateway.get("/leaving");
		assertThat(leaving.statusCode()).isEqualTo(200);
		assertThat(leaving.headers().firstValue("Graceful-Shutdown")).isEmpty();
	}

	@Test
	void aProxiedWebSocketSessionIsCountedAndClosedWhenTheDrainBegins() throws Exception {
		CompletableFuture<Integer> closed = new CompletableFuture<>();
		CompletableFuture<String> received = new CompletableFuture<>();
		WebSocket socket = HttpClient.newHttpClient()
			.newWebSocketBuilder()
			.buildAsync(URI.create("ws://localhost:" + this.gateway.port() + "/socket"),
					new RecordingListener(received, closed))
			.get(10, TimeUnit.SECONDS);
		socket.sendText("hello", true).get(10, TimeUnit.SECONDS);
		assertThat(received.get(10, TimeUnit.SECONDS)).isEqualTo("hello");
		assertThat(this.gateway.gate().inFlight("websocket")).isOne();
		assertThat(this.gateway.gate().inFlight()).isOne();
		assertThat(this.gateway.sequence().drain().get(10, TimeUnit.SECONDS)).isEqualTo(Outcome.CLEAN);
		assertThat(closed.get(10, TimeUnit.SECONDS)).isEqualTo(1012);
	}

	private void awaitStage(Stage expected) {
		Awaitility.await().until(() -> this.gateway.sequence().stage() == expected);
	}

	private record RecordingListener(CompletableFuture<String> received,
			CompletableFuture<Integer> closed) implements WebSocket.Listener {

		@Override
		public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
			this.received.complete(data.toString());
			return WebSocket.Listener.super.onText(webSocket, data, last);
		}

		@Override
		public CompletionStage<?> onClose(WebSocket webSocket, int statusCode, String reason) {
			this.closed.complete(statusCode);
			return null;
		}

		@Override
		public void onError(WebSocket webSocket, Throwable error) {
			this.closed.completeExceptionally(error);
		}

	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		RouteLocator routes(RouteLocatorBuilder builder, Environment environment) {
			String port = environment.getRequiredProperty("upstream.port");
			return builder.routes()
				.route("socket", (route) -> route.path("/socket").uri("ws://localhost:" + port))
				.route("all", (route) -> route.path("/**").uri("http://localhost:" + port))
				.build();
		}

	}

}
