package io.github.gracefulshutdown.autoconfigure.tomcat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.github.gracefulshutdown.Stage;
import io.github.gracefulshutdown.autoconfigure.Background;
import io.github.gracefulshutdown.autoconfigure.RawConnection;
import io.github.gracefulshutdown.autoconfigure.WebApplication;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for clients that send their next requests without waiting for an answer. What was
 * executed is answered, and what was not executed finds the end of the stream: a client
 * knows then that it may send it elsewhere.
 */
class TomcatPipeliningTests {

	private static final int CLIENTS = 10;

	private static final int REQUESTS = 20;

	private final List<RawConnection> connections = new ArrayList<>();

	@SuppressWarnings("NullAway.Init")
	private WebApplication application;

	@SuppressWarnings("NullAway.Init")
	private Controller controller;

	private void start(String... properties) {
		this.application = WebApplication.start(Application.class, properties);
		this.controller = this.application.context().getBean(Controller.class);
	}

	@AfterEach
	void close() {
		this.controller.admit.countDown();
		this.application.close();
		this.connections.forEach(RawConnection::close);
	}

	@ParameterizedTest
	@ValueSource(strings = { "/wait", "/wait-async" })
	void atTheMomentOfBlockingWhatWasExecutedIsAnswered(String path) throws Exception {
		start();
		sendFirstRequests(path);
		CompletableFuture<Void> closed = Background.run(this.application::close);
		Awaitility.await().until(() -> this.application.sequence().stage() == Stage.BLOCKING);
		assertThatWhatWasExecutedIsAnswered(path);
		closed.get(10, TimeUnit.SECONDS);
	}

	@ParameterizedTest
	@ValueSource(strings = { "/wait", "/wait-async" })
	void whereTheLameDuckClosesConnectionsWhatWasExecutedIsAnswered(String path) throws Exception {
		start("graceful.shutdown.lame-duck.minimum=0", "graceful.shutdown.lame-duck.maximum=20s");
		sendFirstRequests(path);
		CompletableFuture<?> drained = this.application.sequence().drain();
		Awaitility.await().until(() -> this.application.sequence().status().waitingFor().toString().contains("quiet"));
		assertThatWhatWasExecutedIsAnswered(path);
		assertThat(drained).isNotDone();
	}

	/** Each client has a request in its handler, and others right behind it. */
	private void sendFirstRequests(String path) {
		for (int client = 0; client < CLIENTS; client++) {
			RawConnection connection = new RawConnection(this.application.port());
			this.connections.add(connection);
			connection.send(request("/hello", client, 0) + request(path, client, 1) + request("/hello", client, 2));
		}
		Awaitility.await().until(() -> this.controller.waiting.getCount() == 0);
		for (int client = 0; client < CLIENTS; client++) {
			send(client, 3, REQUESTS / 2);
		}
	}

	private void send(int client, int first, int end) {
		for (int number = first; number < end; number++) {
			this.connections.get(client).send(request("/hello", client, number));
		}
	}

	private static String request(String path, int client, int number) {
		return "GET %s?request=%d-%d HTTP/1.1\r\nHost: localhost\r\nX-Long: %s\r\n\r\n".formatted(path, client, number,
				"x".repeat(2000));
	}

	private void assertThatWhatWasExecutedIsAnswered(String path) {
		this.controller.admit.countDown();
		for (int client = 0; client < CLIENTS; client++) {
			RawConnection connection = this.connections.get(client);
			send(client, REQUESTS / 2, REQUESTS);
			assertThat(connection.readResponse()).as(path).contains(" 200 ").endsWith(client + "-0");
			assertThat(connection.readResponse()).contains(" 200 ", "Connection: close").endsWith(client + "-1");
			assertThat(connection.readStatus()).isEqualTo("end");
			assertThat(this.controller.executed).contains(client + "-0", client + "-1");
		}
		assertThat(this.controller.executed).hasSize(2 * CLIENTS);
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Controller controller() {
			return new Controller();
		}

	}

	@RestController
	static class Controller {

		private final Set<String> executed = ConcurrentHashMap.newKeySet();

		private final CountDownLatch waiting = new CountDownLatch(CLIENTS);

		private final CountDownLatch admit = new CountDownLatch(1);

		@GetMapping("/hello")
		String hello(@RequestParam String request) {
			this.executed.add(request);
			return request;
		}

		@GetMapping("/wait")
		String waitForAdmission(@RequestParam String request) throws InterruptedException {
			this.waiting.countDown();
			this.admit.await();
			return hello(request);
		}

		@GetMapping("/wait-async")
		CompletableFuture<String> waitAsync(@RequestParam String request) {
			return CompletableFuture.supplyAsync(() -> {
				try {
					return waitForAdmission(request);
				}
				catch (InterruptedException ex) {
					throw new IllegalStateException(ex);
				}
			}, (task) -> new Thread(task).start());
		}

	}

}
