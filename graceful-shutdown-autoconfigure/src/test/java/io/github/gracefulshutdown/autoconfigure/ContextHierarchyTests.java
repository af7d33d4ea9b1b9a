package io.github.gracefulshutdown.autoconfigure;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

import io.github.gracefulshutdown.DrainGate;
import io.github.gracefulshutdown.InFlightWork;
import io.github.gracefulshutdown.Permit;
import io.github.gracefulshutdown.Stage;
import io.micrometer.core.instrument.MeterRegistry;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.availability.ApplicationAvailability;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for applications of several contexts: each drains what is its own, and what it
 * tells is of itself.
 */
@ExtendWith(OutputCaptureExtension.class)
class ContextHierarchyTests {

	private static final String[] PROPERTIES = { "server.port=0", "grpc.server.port=-1",
			"graceful.shutdown.lame-duck.maximum=0", "graceful.shutdown.timeout=40s",
			"graceful.shutdown.drain.timeout=30s", "management.endpoints.web.exposure.include=*",
			"spring.main.banner-mode=off" };

	private static CountDownLatch answer = new CountDownLatch(1);

	private final HttpClient client = HttpClient.newHttpClient();

	private @Nullable ConfigurableApplicationContext parent;

	@BeforeEach
	void prepare() {
		answer = new CountDownLatch(1);
	}

	@AfterEach
	void close() {
		answer.countDown();
		if (this.parent != null) {
			this.parent.close();
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "SERVLET", "REACTIVE" })
	void theEndpointOfAChildWithTheServerDrainsTheChild(WebApplicationType type) throws Exception {
		ConfigurableApplicationContext child = start(Plain.class, WebApplicationType.NONE, Web.class, type);
		CompletableFuture<HttpResponse<String>> inFlight = sendAsync(child, "GET", "/answer");
		awaitInFlight(child, 1);
		assertThat(send(child, "POST", "/actuator/drain").statusCode()).isEqualTo(202);
		awaitStage(child, Stage.BLOCKING);
		assertThat(send(child, "GET", "/actuator/drain").body()).contains("\"stage\":\"BLOCKING\"")
			.contains("\"inFlight\":{\"http\":1}");
		assertThat(send(child, "GET", "/hello").statusCode()).isEqualTo(503);
		CompletableFuture<HttpResponse<String>> waiting = sendAsync(child, "POST", "/actuator/drain?wait=30s");
		assertThat(waiting).isNotDone();
		answer.countDown();
		assertThat(inFlight.join().body()).isEqualTo("done");
		assertThat(waiting.join().statusCode()).isEqualTo(200);
		assertThat(waiting.join().body()).contains("\"stage\":\"DRAINED\"").contains("\"outcome\":\"CLEAN\"");
		assertThat(stage(parent())).isEqualTo(Stage.SERVING);
	}

	@Test
	void theCloseOfTheParentWaitsForARequestToTheChild() {
		ConfigurableApplicationContext child = start(Plain.class, WebApplicationType.NONE, Web.class,
				WebApplicationType.SERVLET);
		CompletableFuture<HttpResponse<String>> inFlight = sendAsync(child, "GET", "/answer");
		awaitInFlight(child, 1);
		CompletableFuture<Void> closed = Background.run(parent()::close);
		awaitStage(child, Stage.BLOCKING);
		assertThat(closed).isNotDone();
		answer.countDown();
		assertThat(inFlight.join().body()).isEqualTo("done");
		closed.join();
		assertThat(child.isActive()).isFalse();
	}

	@Test
	void workInAChildIsCountedThereAndWaitedForWhenTheParentCloses() {
		ConfigurableApplicationContext child = start(Web.class, WebApplicationType.SERVLET, Working.class,
				WebApplicationType.NONE);
		CompletableFuture<Void> work = Background.run(child.getBean(Job.class)::run);
		awaitInFlight(child, 1);
		assertThat(gate(parent()).inFlight()).isZero();
		CompletableFuture<Void> closed = Background.run(parent()::close);
		awaitStage(child, Stage.BLOCKING);
		assertThat(closed).isNotDone();
		answer.countDown();
		work.join();
		closed.join();
	}

	@Test
	void workInAChildIsWaitedForWhenTheChildCloses() throws Exception {
		ConfigurableApplicationContext child = start(Web.class, WebApplicationType.SERVLET, Working.class,
				WebApplicationType.NONE);
		CompletableFuture<Void> work = Background.run(child.getBean(Job.class)::run);
		awaitInFlight(child, 1);
		CompletableFuture<Void> closed = Background.run(child::close);
		awaitStage(child, Stage.BLOCKING);
		assertThat(closed).isNotDone();
		answer.countDown();
		work.join();
		closed.join();
		assertThat(stage(parent())).isEqualTo(Stage.SERVING);
		assertThat(parent().getBean(ApplicationAvailability.class).getReadinessState())
			.isEqualTo(ReadinessState.ACCEPTING_TRAFFIC);
		assertThat(send(parent(), "GET", "/hello").body()).isEqualTo("hello");
	}

	@Test
	void whatAChildWithoutAServerTellsIsNotOfTheServerOfItsParent(CapturedOutput output) throws Exception {
		ConfigurableApplicationContext child = start(Web.class, WebApplicationType.SERVLET, Plain.class,
				WebApplicationType.NONE);
		MeterRegistry registry = child.getBean(MeterRegistry.class);
		assertThat(registry).isSameAs(parent().getBean(MeterRegistry.class));
		assertThat(send(parent(), "POST", "/actuator/drain?wait=30s").statusCode()).isEqualTo(200);
		assertThat(send(parent(), "GET", "/hello").statusCode()).isEqualTo(503);
		assertThat(rejected(registry)).isEqualTo(1);
		child.close();
		assertThat(output).contains("0 rejected, 0 left in flight").doesNotContain("1 rejected");
		assertThat(rejected(registry)).isEqualTo(1);
	}

	@Test
	void theCloseOfAChildWithAServerLeavesThatOfItsParentServing() throws Exception {
		ConfigurableApplicationContext child = start(Web.class, WebApplicationType.SERVLET, Web.class,
				WebApplicationType.SERVLET);
		// Spring Boot does not set MVC up again below a context that has it.
		assertThat(send(child, "GET", "/hello").statusCode()).isEqualTo(404);
		child.close();
		assertThat(send(parent(), "GET", "/hello").body()).isEqualTo("hello");
		assertThat(stage(parent())).isEqualTo(Stage.SERVING);
	}

	@Test
	void theCloseOfOneSiblingLeavesTheOtherServing() throws Exception {
		ConfigurableApplicationContext one = start(Plain.class, WebApplicationType.NONE, Web.class,
				WebApplicationType.SERVLET);
		ConfigurableApplicationContext other = start(Web.class, WebApplicationType.SERVLET);
		one.close();
		assertThat(send(other, "GET", "/hello").body()).isEqualTo("hello");
		assertThat(stage(other)).isEqualTo(Stage.SERVING);
		assertThat(stage(parent())).isEqualTo(Stage.SERVING);
	}

	@Test
	void metersOfARegistryThatIsSharedAreTheSums(CapturedOutput output) throws Exception {
		ConfigurableApplicationContext child = start(Plain.class, WebApplicationType.NONE, Web.class,
				WebApplicationType.SERVLET);
		MeterRegistry registry = child.getBean(MeterRegistry.class);
		assertThat(registry).isSameAs(parent().getBean(MeterRegistry.class));
		try (Permit ofParent = gate(parent()).enter("job", "one"); Permit ofChild = gate(child).enter("job", "two")) {
			assertThat(registry.get("graceful.shutdown.inflight").tag("kind", "job").gauge().value()).isEqualTo(2);
		}
		send(child, "POST", "/actuator/drain?wait=30s");
		assertThat(send(child, "GET", "/hello").statusCode()).isEqualTo(503);
		assertThat(registry.get("graceful.shutdown.stage").gauge().value()).isEqualTo(3);
		assertThat(rejected(registry)).isEqualTo(1);
		assertThat(registry.get("graceful.shutdown.stage.duration").tag("stage", "lame-duck").timer().count())
			.isEqualTo(1);
		child.close();
		assertThat(registry.get("graceful.shutdown.stage").gauge().value()).isZero();
		assertThat(rejected(registry)).isEqualTo(1);
		assertThat(output).doesNotContain("has already been registered");
	}

	@Test
	void aGateOfTheUserInAParentIsNotThatOfTheChild() {
		ConfigurableApplicationContext child = start(WithGate.class, WebApplicationType.NONE, Plain.class,
				WebApplicationType.NONE);
		assertThat(gate(parent())).isSameAs(parent().getBean("gate"));
		assertThat(gate(child)).isSameAs(child.getBean("gracefulShutdownDrainGate")).isNotSameAs(gate(parent()));
		assertThatTheChildDrainsItsOwn(child);
	}

	@Test
	void aGateOfTheUserInAChildIsTheOneOfTheChild() {
		ConfigurableApplicationContext child = start(Plain.class, WebApplicationType.NONE, WithGate.class,
				WebApplicationType.NONE);
		assertThat(gate(child)).isSameAs(child.getBean("gate")).isNotSameAs(gate(parent()));
		assertThatTheChildDrainsItsOwn(child);
	}

	@Test
	void propertiesThatAreBoundAgainChangeNothing() {
		start(Plain.class, WebApplicationType.NONE, Plain.class, WebApplicationType.NONE);
		GracefulShutdownProperties properties = parent().getBean(GracefulShutdownProperties.class);
		String name = parent().getBeanNamesForType(GracefulShutdownProperties.class)[0];
		parent().getAutowireCapableBeanFactory().destroyBean(properties);
		parent().getAutowireCapableBeanFactory().initializeBean(properties, name);
		assertThat(stage(parent())).isEqualTo(Stage.SERVING);
		assertThat(parent().getBean(ShutdownSequence.class).drain()).succeedsWithin(Duration.ofSeconds(30));
	}

	private void assertThatTheChildDrainsItsOwn(ApplicationContext child) {
		assertThat(child.getBean(ShutdownSequence.class).drain()).succeedsWithin(Duration.ofSeconds(30));
		assertThat(gate(child).tryEnter("job", "late")).isNull();
		try (Permit permit = gate(parent()).tryEnter("job", "serving")) {
			assertThat(permit).isNotNull();
		}
	}

	private static double rejected(MeterRegistry registry) {
		return registry.get("graceful.shutdown.rejected").tag("kind", "http").functionCounter().count();
	}

	private ConfigurableApplicationContext start(Class<?> parent, WebApplicationType parentType, Class<?> child,
			WebApplicationType childType) {
		// Not with child(): that takes the server of the parent away.
		this.parent = new SpringApplicationBuilder(parent).web(parentType).properties(PROPERTIES).run();
		return start(child, childType);
	}

	private ConfigurableApplicationContext start(Class<?> child, WebApplicationType type) {
		return new SpringApplicationBuilder(child).web(type).properties(PROPERTIES).parent(parent()).run();
	}

	private ConfigurableApplicationContext parent() {
		return Objects.requireNonNull(this.parent);
	}

	private static DrainGate gate(ApplicationContext context) {
		return context.getBean(DrainGate.class);
	}

	private static Stage stage(ApplicationContext context) {
		return context.getBean(ShutdownSequence.class).stage();
	}

	private static void awaitInFlight(ApplicationContext context, long expected) {
		DrainGate gate = gate(context);
		Awaitility.await().until(() -> gate.inFlight() == expected);
	}

	private static void awaitStage(ApplicationContext context, Stage stage) {
		ShutdownSequence sequence = context.getBean(ShutdownSequence.class);
		Awaitility.await().until(() -> sequence.stage() == stage);
	}

	private HttpResponse<String> send(ApplicationContext context, String method, String path)
			throws IOException, InterruptedException {
		return this.client.send(request(context, method, path), BodyHandlers.ofString());
	}

	private CompletableFuture<HttpResponse<String>> sendAsync(ApplicationContext context, String method, String path) {
		return this.client.sendAsync(request(context, method, path), BodyHandlers.ofString());
	}

	private static HttpRequest request(ApplicationContext context, String method, String path) {
		Object server = Objects.requireNonNull(EmbeddedServer.get(context, "getWebServer"));
		Object port = EmbeddedServer.get(server, "getPort");
		return HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
			.method(method, BodyPublishers.noBody())
			.build();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Plain {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(Controller.class)
	static class Web {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Working {

		@Bean
		Job job() {
			return new Job();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class WithGate {

		@Bean
		DrainGate gate() {
			return new DrainGate();
		}

	}

	static class Job {

		@InFlightWork("job")
		void run() {
			await();
		}

	}

	@RestController
	static class Controller {

		@GetMapping("/hello")
		String hello() {
			return "hello";
		}

		@GetMapping("/answer")
		CompletableFuture<String> answer() {
			return Background.call(() -> {
				await();
				return "done";
			});
		}

	}

	private static void await() {
		try {
			answer.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
