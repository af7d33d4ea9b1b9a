package io.github.gracefulshutdown.autoconfigure;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.github.gracefulshutdown.Stage;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests with Spring Cloud Gateway Server MVC as the application. */
class GatewayIT {

	private static final String ROUTE = "spring.cloud.gateway.server.webmvc.routes[0].";

	private final CountDownLatch arrived = new CountDownLatch(1);

	private final CountDownLatch admit = new CountDownLatch(1);

	@Test
	void aRequestThatWasPassedOnGetsItsAnswerAndTheMarkerOfAnotherIsNotPassedOn() throws Exception {
		HttpServer upstream = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		upstream.setExecutor((task) -> new Thread(task).start());
		upstream.createContext("/", this::answer);
		upstream.start();
		try (WebApplication gateway = WebApplication.start(Application.class, ROUTE + "id=upstream",
				ROUTE + "uri=http://localhost:" + upstream.getAddress().getPort(),
				ROUTE + "predicates[0]=Path=/work/**")) {
			HttpResponse<String> leaving = gateway.get("/work/refused");
			assertThat(leaving.statusCode()).isEqualTo(503);
			assertThat(leaving.body()).isEqualTo("answered by the upstream");
			assertThat(leaving.headers().firstValue("Graceful-Shutdown")).isEmpty();
			CompletableFuture<HttpResponse<String>> inFlight = gateway.getAsync("/work/slow");
			assertThat(this.arrived.await(10, TimeUnit.SECONDS)).isTrue();
			CompletableFuture<Void> closed = Background.run(gateway::close);
			Awaitility.await().until(() -> gateway.sequence().stage() == Stage.BLOCKING);
			HttpResponse<String> refused = gateway.get("/work/refused");
			assertThat(refused.headers().firstValue("Graceful-Shutdown")).hasValue("rejected");
			assertThat(refused.body()).contains("was not executed");
			this.admit.countDown();
			assertThat(inFlight.get(10, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
			assertThat(inFlight.get().body()).isEqualTo("answered by the upstream");
			assertThat(inFlight.get().headers().allValues("Graceful-Shutdown")).containsExactly("lame-duck");
			closed.get(10, TimeUnit.SECONDS);
		}
		finally {
			upstream.stop(0);
		}
	}

	private void answer(HttpExchange exchange) throws IOException {
		boolean refuses = exchange.getRequestURI().getPath().endsWith("/refused");
		if (!refuses) {
			this.arrived.countDown();
			try {
				this.admit.await();
			}
			catch (InterruptedException ex) {
				throw new IOException(ex);
			}
		}
		byte[] body = "answered by the upstream".getBytes(StandardCharsets.UTF_8);
		exchange.getResponseHeaders().set("Graceful-Shutdown", "rejected");
		exchange.sendResponseHeaders(refuses ? 503 : 200, body.length);
		exchange.getResponseBody().write(body);
		exchange.close();
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
