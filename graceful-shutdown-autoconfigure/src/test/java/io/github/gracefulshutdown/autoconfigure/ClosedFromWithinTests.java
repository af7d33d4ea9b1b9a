package io.github.gracefulshutdown.autoconfigure;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import io.github.gracefulshutdown.InFlightWork;
import io.github.gracefulshutdown.Outcome;
import io.github.gracefulshutdown.Stage;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests that the work that ends an application is not waited for, and the rest is. */
@ExtendWith(OutputCaptureExtension.class)
class ClosedFromWithinTests {

	// What it takes at least to wait for the work.
	private static final String DRAIN = "graceful.shutdown.drain.timeout=40s";

	private static final String TIMEOUT = "graceful.shutdown.timeout=60s";

	// Less than that, and much on a busy machine for what takes a second or two.
	private static final Duration SECONDS = Duration.ofSeconds(30);

	// In which a drain that does not wait for the other request would be over.
	private static final Duration MOMENT = Duration.ofMillis(1_200);

	@SuppressWarnings("FutureReturnValueIgnored") // there may be no answer
	@ParameterizedTest
	@CsvSource({ "SERVLET, /held, /close/request", "SERVLET, /held, /close/in-flight", "SERVLET, /held, /close/async",
			"SERVLET, /held, /close/scheduled", "REACTIVE, /held/async, /close/request" })
	void whatClosesTheContextIsNotWaitedForAndTheRestIs(WebApplicationType type, String holding, String path,
			CapturedOutput output) throws Exception {
		SpringApplication spring = new SpringApplication(Application.class);
		spring.setWebApplicationType(type);
		WebApplication application = WebApplication.start(spring, DRAIN, TIMEOUT);
		Closer closer = application.context().getBean(Closer.class);
		Controller controller = application.context().getBean(Controller.class);
		CompletableFuture<HttpResponse<String>> held = application.getAsync(holding);
		application.awaitInFlight(1);
		application.getAsync(path);
		assertThat(closer.closed.await(MOMENT.toMillis(), TimeUnit.MILLISECONDS)).isFalse();
		controller.release();
		assertThat(closer.closed.await(SECONDS.toMillis(), TimeUnit.MILLISECONDS)).isTrue();
		assertThat(held.get(10, TimeUnit.SECONDS).body()).isEqualTo("held");
		assertThat(output).contains("Graceful shutdown ended CLEAN")
			.contains("2 of 2 executors have run all their tasks");
	}

	@Test
	void theEndpointThatClosesTheContextAnswersAndTheRestIsWaitedFor() throws Exception {
		WebApplication application = WebApplication.start(Application.class, DRAIN, TIMEOUT,
				"management.endpoint.shutdown.access=unrestricted",
				"management.endpoints.web.exposure.include=shutdown");
		Controller controller = application.context().getBean(Controller.class);
		ShutdownSequence sequence = application.sequence();
		CompletableFuture<HttpResponse<String>> held = application.getAsync("/held");
		application.awaitInFlight(1);
		CompletableFuture<HttpResponse<String>> answer = application.sendAsync("POST", "/actuator/shutdown");
		assertThat(answer.get(10, TimeUnit.SECONDS).body()).contains("Shutting down");
		Awaitility.await().until(() -> sequence.stage() == Stage.BLOCKING);
		controller.release();
		assertThat(held.get(10, TimeUnit.SECONDS).body()).isEqualTo("held");
		Awaitility.await().until(() -> sequence.stage() == Stage.RELEASED);
	}

	@ParameterizedTest
	@ValueSource(strings = { "/drain", "/drain/async" })
	void aRequestThatWaitsForTheDrainIsNotWaitedForAndAnswered(String path) throws Exception {
		try (WebApplication application = WebApplication.start(Application.class, DRAIN, TIMEOUT)) {
			CompletableFuture<HttpResponse<String>> drain = application.getAsync(path);
			assertThat(drain.get(SECONDS.toMillis(), TimeUnit.MILLISECONDS).body()).isEqualTo("CLEAN");
		}
	}

	@ParameterizedTest
	@CsvSource({ "/exit/request, 7", "/exit/async, 7", "/exit-system/request, 7", "/close/request, 0" })
	void theProcessEndsInSecondsWithTheCodeThatWasAskedFor(String path, int exitCode) {
		try (ApplicationProcess process = ApplicationProcess.start(Application.class, "--server.port=0",
				"--grpc.server.port=-1", "--graceful.shutdown.lame-duck.maximum=0", "--" + DRAIN, "--" + TIMEOUT,
				"--call=" + path)) {
			process.awaitLog("Calling " + path);
			Instant begin = Instant.now();
			assertThat(process.awaitExit(Duration.ofSeconds(60))).as(process.log()).isEqualTo(exitCode);
			assertThat(Duration.between(begin, Instant.now())).isLessThan(SECONDS);
			assertThat(process.log()).contains("Graceful shutdown ended CLEAN");
		}
	}

	@SpringBootConfiguration
	@EnableAutoConfiguration
	@EnableAsync
	@EnableScheduling
	public static class Application {

		@SuppressWarnings("FutureReturnValueIgnored") // there may be no answer
		public static void main(String[] args) {
			ConfigurableApplicationContext context = SpringApplication.run(Application.class, args);
			String path = context.getEnvironment().getRequiredProperty("call");
			String port = context.getEnvironment().getRequiredProperty("local.server.port");
			System.out.println("Calling " + path);
			HttpClient.newHttpClient()
				.sendAsync(HttpRequest.newBuilder(URI.create("http://localhost:" + port + path)).build(),
						BodyHandlers.ofString());
		}

		@Bean
		Closer closer(ConfigurableApplicationContext context) {
			return new Closer(context);
		}

		@Bean
		Places places() {
			return new Places();
		}

		@Bean
		Controller controller(Closer closer, Places places, ShutdownSequence sequence) {
			return new Controller(closer, places, sequence);
		}

	}

	/** Ends the application. */
	static class Closer {

		private final CountDownLatch closed = new CountDownLatch(1);

		private final ConfigurableApplicationContext context;

		Closer(ConfigurableApplicationContext context) {
			this.context = context;
		}

		void close() {
			this.context.close();
			this.closed.countDown();
		}

		@SuppressWarnings("SystemExitOutsideMain") // as applications do
		void exit() {
			System.exit(SpringApplication.exit(this.context, () -> 7));
		}

		@SuppressWarnings("SystemExitOutsideMain") // as applications do
		void exitSystem() {
			System.exit(7);
		}

	}

	/** Where applications run what ends them. */
	static class Places {

		private final AtomicReference<@Nullable Runnable> scheduled = new AtomicReference<>();

		@InFlightWork("work")
		void inFlight(Runnable code) {
			code.run();
		}

		@Async
		void async(Runnable code) {
			code.run();
		}

		void scheduled(Runnable code) {
			this.scheduled.set(code);
		}

		@Scheduled(fixedDelay = 50)
		void runScheduled() {
			Runnable code = this.scheduled.getAndSet(null);
			if (code != null) {
				code.run();
			}
		}

	}

	@RestController
	static class Controller {

		private final Closer closer;

		private final Places places;

		private final ShutdownSequence sequence;

		private final CountDownLatch release = new CountDownLatch(1);

		private final CompletableFuture<String> answer = new CompletableFuture<>();

		Controller(Closer closer, Places places, ShutdownSequence sequence) {
			this.closer = closer;
			this.places = places;
			this.sequence = sequence;
		}

		void release() {
			this.release.countDown();
			this.answer.complete("held");
		}

		@GetMapping("/held")
		String held() throws InterruptedException {
			this.release.await();
			return "held";
		}

		@GetMapping("/held/async")
		CompletableFuture<String> heldAsynchronously() {
			return this.answer;
		}

		@GetMapping("/drain")
		String drain() throws InterruptedException, ExecutionException {
			return this.sequence.drain().get().name();
		}

		@GetMapping("/drain/async")
		CompletableFuture<String> drainAsynchronously() {
			return this.sequence.drain().thenApply(Outcome::name);
		}

		@GetMapping("/{what}/{where}")
		void end(@PathVariable("what") String what, @PathVariable("where") String where) {
			Runnable code = what.equals("close") ? this.closer::close
					: what.equals("exit") ? this.closer::exit : this.closer::exitSystem;
			switch (where) {
				case "request" -> code.run();
				case "in-flight" -> this.places.inFlight(code);
				case "async" -> this.places.async(code);
				case "scheduled" -> this.places.scheduled(code);
				default -> throw new IllegalArgumentException(where);
			}
		}

	}

}
