package io.github.gracefulshutdown.listener;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import com.github.fppt.jedismock.RedisServer;
import com.sun.net.httpserver.HttpServer;
import io.github.gracefulshutdown.Stage;
import io.github.gracefulshutdown.autoconfigure.ShutdownSequence;
import io.grpc.Server;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import net.devh.boot.grpc.client.channelfactory.GrpcChannelFactory;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.boot.Banner;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.core.env.Environment;
import org.springframework.core.task.AsyncTaskExecutor;
import org.springframework.data.redis.connection.RedisConnectionCommands;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A request in flight uses what the application calls others with to its end, however far
 * the close of the context has come: HTTP, gRPC, a database, Redis, and an executor.
 */
class OutboundClientsTests {

	private HttpServer http;

	private Server grpc;

	private RedisServer redis;

	private ConfigurableApplicationContext context;

	@BeforeEach
	void start() throws IOException {
		InetAddress loopback = InetAddress.getLoopbackAddress();
		this.http = HttpServer.create(new InetSocketAddress(loopback, 0), 0);
		this.http.createContext("/", (exchange) -> {
			byte[] answer = "http".getBytes(StandardCharsets.UTF_8);
			exchange.sendResponseHeaders(200, answer.length);
			exchange.getResponseBody().write(answer);
			exchange.close();
		});
		this.http.start();
		this.grpc = NettyServerBuilder.forAddress(new InetSocketAddress(loopback, 0))
			.addService(new HealthStatusManager().getHealthService())
			.build()
			.start();
		this.redis = RedisServer.newRedisServer(0, loopback).start();
		this.context = new SpringApplicationBuilder(Application.class).bannerMode(Banner.Mode.OFF)
			.registerShutdownHook(false)
			.properties("server.port=0", "grpc.server.port=-1", "spring.artemis.embedded.enabled=false",
					"graceful.shutdown.lame-duck.maximum=0",
					"http.url=http://localhost:" + this.http.getAddress().getPort(),
					"grpc.client.other.address=static://localhost:" + this.grpc.getPort(),
					"grpc.client.other.negotiation-type=plaintext", "spring.data.redis.host=localhost",
					"spring.data.redis.port=" + this.redis.getBindPort())
			.run();
	}

	@AfterEach
	void stop() throws IOException {
		this.context.close();
		this.redis.stop();
		this.http.stop(0);
		this.grpc.shutdownNow();
	}

	@Test
	void areThereUntilTheLastRequestHasEnded() throws Exception {
		ShutdownSequence sequence = this.context.getBean(ShutdownSequence.class);
		Orders orders = this.context.getBean(Orders.class);
		String url = "http://localhost:" + this.context.getEnvironment().getProperty("local.server.port") + "/order";
		CompletableFuture<HttpResponse<String>> response = HttpClient.newHttpClient()
			.sendAsync(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString());
		assertThat(orders.begun.await(30, TimeUnit.SECONDS)).isTrue();
		CompletableFuture<Void> closed = CompletableFuture.runAsync(this.context::close,
				(task) -> new Thread(task).start());
		Awaitility.await().until(() -> sequence.stage() == Stage.BLOCKING);
		assertThat(closed).isNotDone();
		orders.release.countDown();
		assertThat(response.get(30, TimeUnit.SECONDS).body()).isEqualTo("http, SERVING, 1, PONG, executor");
		closed.get(30, TimeUnit.SECONDS);
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Orders orders(RestClient.Builder http, GrpcChannelFactory channels, JdbcTemplate jdbc,
				StringRedisTemplate redis, AsyncTaskExecutor applicationTaskExecutor, Environment environment) {
			return new Orders(http.baseUrl(environment.getRequiredProperty("http.url")).build(),
					HealthGrpc.newBlockingStub(channels.createChannel("other")), jdbc, redis, applicationTaskExecutor);
		}

	}

	@RestController
	static class Orders {

		private final CountDownLatch begun = new CountDownLatch(1);

		private final CountDownLatch release = new CountDownLatch(1);

		private final RestClient http;

		private final HealthGrpc.HealthBlockingStub grpc;

		private final JdbcTemplate jdbc;

		private final StringRedisTemplate redis;

		private final AsyncTaskExecutor executor;

		Orders(RestClient http, HealthGrpc.HealthBlockingStub grpc, JdbcTemplate jdbc, StringRedisTemplate redis,
				AsyncTaskExecutor executor) {
			this.http = http;
			this.grpc = grpc;
			this.jdbc = jdbc;
			this.redis = redis;
			this.executor = executor;
		}

		@GetMapping("/order")
		String order() throws Exception {
			this.begun.countDown();
			this.release.await();
			return "%s, %s, %s, %s, %s".formatted(this.http.get().retrieve().body(String.class),
					this.grpc.check(HealthCheckRequest.getDefaultInstance()).getStatus(),
					this.jdbc.queryForObject("select 1", Integer.class),
					this.redis.execute(RedisConnectionCommands::ping), this.executor.submit(() -> "executor").get());
		}

	}

}
