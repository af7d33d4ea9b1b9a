package io.github.gracefulshutdown.autoconfigure;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

import io.github.gracefulshutdown.Stage;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.availability.ApplicationAvailability;
import org.springframework.boot.availability.ApplicationAvailabilityBean;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for {@link Readiness}, and for what probers see of it. */
@SuppressWarnings("FutureReturnValueIgnored") // of drains that are undone or cut short
class ReadinessTests {

	private static final String HEALTH = "/actuator/health";

	private static final String READINESS = "/actuator/health/readiness";

	private static final String KUBELET = "kube-probe/1.31";

	private static final String LAME_DUCK = "graceful.shutdown.lame-duck.minimum=500ms";

	@ParameterizedTest
	@EnumSource(names = { "SERVLET", "REACTIVE" })
	void isRefusedFromTheSignToTheResumeWhateverIsPublished(WebApplicationType type) {
		try (WebApplication application = start(type, Application.class)) {
			assertThat(statuses(application, "haproxy")).containsExactly(200, 200, 200);
			drainUntilRefused(application);
			for (int i = 0; i < 3; i++) {
				publish(application, ReadinessState.ACCEPTING_TRAFFIC);
				assertThat(statuses(application, "haproxy")).containsExactly(503, 503, 200);
				assertThat(availability(application).getReadinessState()).isEqualTo(ReadinessState.REFUSING_TRAFFIC);
			}
			assertThat(application.sequence().resume()).isTrue();
			assertThat(statuses(application, "haproxy")).containsExactly(200, 200, 200);
		}
	}

	@Test
	void isWhatWasPublishedLastAfterTheResume() {
		try (WebApplication application = start(WebApplicationType.SERVLET, Application.class)) {
			drainUntilRefused(application);
			publish(application, ReadinessState.REFUSING_TRAFFIC);
			application.sequence().resume();
			assertThat(availability(application).getReadinessState()).isEqualTo(ReadinessState.REFUSING_TRAFFIC);
			assertThat(statuses(application, "haproxy")).startsWith(503, 503);
		}
	}

	@Test
	void isRefusedIfTheApplicationHasAViewOfItsOwn() {
		try (WebApplication application = start(WebApplicationType.SERVLET, ApplicationWithView.class)) {
			assertThat(availability(application)).isInstanceOf(OwnView.class);
			drainUntilRefused(application);
			publish(application, ReadinessState.ACCEPTING_TRAFFIC);
			assertThat(statuses(application, "haproxy")).containsExactly(503, 503, 200);
		}
	}

	/**
	 * Spring Boot publishes that the application is ready when its runners have ended.
	 */
	@Test
	void isRefusedWhenARunnerEndsDuringTheLameDuck() throws Exception {
		SpringApplication prepared = new SpringApplication(ApplicationWithRunner.class);
		CompletableFuture<WebApplication> starting = CompletableFuture
			.supplyAsync(() -> WebApplication.start(prepared, properties()), (start) -> new Thread(start).start());
		ApplicationContext context = RunnerGate.begun.join();
		ShutdownSequence sequence = context.getBean(ShutdownSequence.class);
		sequence.drain();
		Readiness readiness = context.getBean(Readiness.class);
		Awaitility.await().until(readiness::isHeld);
		RunnerGate.end.countDown();
		try (WebApplication application = starting.join()) {
			assertThat(statuses(application, "haproxy")).containsExactly(503, 503, 200);
			sequence.resume();
			assertThat(statuses(application, "haproxy")).containsExactly(200, 200, 200);
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "SERVLET", "REACTIVE" })
	void isSeenByTheKubeletOfADeletedPodUntilRequestsAreRefused(WebApplicationType type) {
		try (WebApplication application = start(type, Application.class, "spring.main.cloud-platform=kubernetes")) {
			Readiness readiness = application.context().getBean(Readiness.class);
			readiness.leave(true); // and the pod cannot be read
			assertThat(statuses(application, KUBELET)).containsExactly(200, 200, 200);
			assertThat(statuses(application, "ELB-HealthChecker/2.0")).containsExactly(503, 503, 200);
			readiness.block();
			assertThat(statuses(application, KUBELET)).containsExactly(503, 503, 200);
			readiness.serveAgain();
			assertThat(statuses(application, KUBELET)).containsExactly(200, 200, 200);
		}
	}

	@Test
	void isNotSeenByTheKubeletIfThePodIsNotDeleted() {
		try (WebApplication application = start(WebApplicationType.SERVLET, Application.class,
				"spring.main.cloud-platform=kubernetes")) {
			drainUntilRefused(application);
			assertThat(statuses(application, KUBELET)).containsExactly(503, 503, 200);
		}
	}

	@Test
	void isRefusedToTheKubeletTooWhenThePodTurnsOutNotToBeDeleted() {
		Readiness readiness = readiness(ReadinessPolicy.AUTO, false);
		readiness.leave(true);
		Awaitility.await().until(() -> readiness.isRefused(KUBELET));
		assertThat(readiness.isRefused(null)).isTrue();
	}

	@Test
	void isKeptForTheKubeletWhenADrainIsRequestedOfADeletedPod() {
		Readiness readiness = readiness(ReadinessPolicy.AUTO, true);
		readiness.leave(false);
		Awaitility.await().until(() -> !readiness.isRefused(KUBELET));
		assertThat(readiness.isRefused("Envoy/HC")).isTrue();
		readiness.block();
		assertThat(readiness.isRefused(KUBELET)).isTrue();
	}

	@Test
	void isRefusedToEverybodyAtOnceWhereThePolicySaysSo() {
		Readiness readiness = readiness(ReadinessPolicy.REFUSE, true);
		readiness.leave(true);
		assertThat(readiness.isRefused(KUBELET)).isTrue();
	}

	@Test
	void isKeptForEverybodyUntilRequestsAreRefusedWhereThePolicySaysSo() {
		try (WebApplication application = WebApplication.start(Application.class, "graceful.shutdown.readiness=keep",
				"graceful.shutdown.lame-duck.minimum=5s", "graceful.shutdown.lame-duck.maximum=20s",
				"management.endpoint.health.probes.enabled=true")) {
			application.sequence().drain();
			application.awaitStage(Stage.LAME_DUCK);
			Readiness readiness = application.context().getBean(Readiness.class);
			assertThat(statuses(application, "haproxy")).containsExactly(200, 200, 200);
			readiness.block();
			assertThat(statuses(application, "haproxy")).containsExactly(503, 503, 200);
		}
	}

	@Test
	void isNoPartOfTheHealthWhereTheUserHasTakenItOut() {
		try (WebApplication application = WebApplication.start(Application.class, LAME_DUCK,
				"graceful.shutdown.lame-duck.maximum=20s", "management.health.readinessstate.enabled=false",
				"management.endpoint.health.probes.enabled=false")) {
			drainUntilRefused(application);
			assertThat(status(application, HEALTH, "haproxy")).isEqualTo(200);
		}
	}

	private static Readiness readiness(ReadinessPolicy policy, boolean deleted) {
		StepFixture fixture = new StepFixture();
		return new Readiness(fixture.context, fixture.guests, policy,
				() -> new Pod.Termination(Duration.ofSeconds(30), Duration.ZERO, deleted));
	}

	private static WebApplication start(WebApplicationType type, Class<?> configuration, String... properties) {
		SpringApplication application = new SpringApplication(configuration);
		application.setWebApplicationType(type);
		return WebApplication.start(application,
				Stream.concat(Stream.of(properties()), Stream.of(properties)).toArray(String[]::new));
	}

	private static String[] properties() {
		return new String[] { LAME_DUCK, "graceful.shutdown.lame-duck.maximum=20s",
				"management.endpoint.health.probes.enabled=true" };
	}

	private static void drainUntilRefused(WebApplication application) {
		application.sequence().drain();
		Readiness readiness = application.context().getBean(Readiness.class);
		Awaitility.await().until(readiness::isHeld);
	}

	private static void publish(WebApplication application, ReadinessState state) {
		AvailabilityChangeEvent.publish(application.context(), state);
	}

	private static ApplicationAvailability availability(WebApplication application) {
		return application.context().getBean(ApplicationAvailability.class);
	}

	/** Returns what a prober is told of the health, the readiness and the liveness. */
	private static Stream<Integer> statuses(WebApplication application, String agent) {
		return Stream.of(HEALTH, READINESS, HEALTH + "/liveness").map((path) -> status(application, path, agent));
	}

	private static int status(WebApplication application, String path, String agent) {
		HttpResponse<String> response = application.send("GET", application.port(), path, BodyPublishers.noBody(),
				"User-Agent", agent);
		return response.statusCode();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class ApplicationWithView {

		@Bean
		OwnView applicationAvailability() {
			return new OwnView();
		}

	}

	static class OwnView extends ApplicationAvailabilityBean {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class ApplicationWithRunner {

		@Bean
		ApplicationRunner runner(ApplicationContext context) {
			return (arguments) -> {
				RunnerGate.begun.complete(context);
				RunnerGate.end.await();
			};
		}

	}

	/** Holds the one runner of the tests. */
	static final class RunnerGate {

		private static final CompletableFuture<ApplicationContext> begun = new CompletableFuture<>();

		private static final CountDownLatch end = new CountDownLatch(1);

	}

}
