package io.github.gracefulshutdown.autoconfigure;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

import io.github.gracefulshutdown.Stage;
import io.github.gracefulshutdown.autoconfigure.HealthCheckPaths.Part;
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
	void isRefusedWhenARunnerEndsDuringTheLameDuck() {
		RunnerGate gate = new RunnerGate();
		CompletableFuture<WebApplication> starting = gate.start(properties());
		ApplicationContext context = gate.begun.join();
		ShutdownSequence sequence = context.getBean(ShutdownSequence.class);
		sequence.drain();
		Readiness readiness = context.getBean(Readiness.class);
		Awaitility.await().until(readiness::isHeld);
		gate.end.countDown();
		try (WebApplication application = starting.join()) {
			assertThat(statuses(application, "haproxy")).containsExactly(503, 503, 200);
			sequence.resume();
			assertThat(statuses(application, "haproxy")).containsExactly(200, 200, 200);
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "SERVLET", "REACTIVE" })
	void isRefusedHoweverTheWholeHealthIsAskedFor(WebApplicationType type) {
		SpringApplication prepared = new SpringApplication(Application.class);
		prepared.setWebApplicationType(type);
		try (WebApplication application = WebApplication.start(prepared, LAME_DUCK,
				"graceful.shutdown.lame-duck.maximum=20s", "management.endpoint.health.group.balancer.include=*",
				"management.endpoint.health.group.balancer.additional-path=server:/up",
				"management.endpoint.health.group.disk.include=ping")) {
			String[] whole = { HEALTH, HEALTH + "/", HEALTH + "/balancer", "/up" };
			assertThat(Stream.of(whole).map((path) -> status(application, path, "haproxy"))).containsOnly(200);
			drainUntilRefused(application);
			assertThat(Stream.of(whole).map((path) -> status(application, path, "haproxy"))).containsOnly(503);
			assertThat(status(application, HEALTH + "/disk", "haproxy")).isEqualTo(200);
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "SERVLET", "REACTIVE" })
	void isRefusedHoweverTheWholeHealthIsAskedForOnAPortOfTheActuatorsOwn(WebApplicationType type) {
		SpringApplication prepared = (type == WebApplicationType.SERVLET) ? new SpringApplication(Application.class)
				: WebApplication.reactive(Application.class, "org.apache.catalina", "org.eclipse.jetty");
		try (WebApplication application = WebApplication.start(prepared, LAME_DUCK,
				"graceful.shutdown.lame-duck.maximum=20s", "management.server.port=0",
				"management.endpoint.health.group.balancer.include=*",
				"management.endpoint.health.group.balancer.additional-path=management:/up")) {
			String[] whole = { HEALTH, HEALTH + "/", HEALTH + "/balancer", "/up" };
			assertThat(Stream.of(whole).map((path) -> status(application, application.managementPort(), path)))
				.containsOnly(200);
			drainUntilRefused(application);
			assertThat(Stream.of(whole).map((path) -> status(application, application.managementPort(), path)))
				.containsOnly(503);
			assertThat(status(application, application.managementPort(), HEALTH + "/ping")).isEqualTo(404); // hidden
		}
	}

	@Test
	void isRefusedInEachGroupThatItIsAPartOfIfTheApplicationHasAViewOfItsOwn() {
		try (WebApplication application = start(WebApplicationType.SERVLET, ApplicationWithView.class,
				"management.endpoint.health.group.traffic.include=readinessState,ping",
				"management.endpoint.health.group.traffic.additional-path=server:/traffic",
				"management.endpoint.health.group.disk.include=ping")) {
			String[] paths = { HEALTH + "/traffic", "/traffic" };
			assertThat(Stream.of(paths).map((path) -> status(application, path, "haproxy"))).containsOnly(200);
			drainUntilRefused(application);
			publish(application, ReadinessState.ACCEPTING_TRAFFIC);
			assertThat(Stream.of(paths).map((path) -> status(application, path, "haproxy"))).containsOnly(503);
			assertThat(status(application, HEALTH + "/disk", "haproxy")).isEqualTo(200);
		}
	}

	/** It was never ready, so neither a shutdown nor a resume makes it so. */
	@Test
	void isNotSeenByTheKubeletBeforeTheRunnersHaveEnded() {
		RunnerGate gate = new RunnerGate();
		CompletableFuture<WebApplication> starting = gate
			.start(Stream.concat(Stream.of(properties()), Stream.of("spring.main.cloud-platform=kubernetes"))
				.toArray(String[]::new));
		ApplicationContext context = gate.begun.join();
		Readiness readiness = context.getBean(Readiness.class);
		readiness.leave(true); // and the pod cannot be read
		assertThat(readiness.isRefused(KUBELET)).isFalse();
		assertThat(readiness.answer(() -> Part.READINESS, KUBELET)).isNull();
		readiness.serveAgain();
		assertThat(context.getBean(ApplicationAvailability.class).getReadinessState())
			.isEqualTo(ReadinessState.REFUSING_TRAFFIC);
		gate.end.countDown();
		try (WebApplication application = starting.join()) {
			assertThat(statuses(application, KUBELET)).containsExactly(200, 200, 200);
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
	void keepsEveryProberWhereThePolicySaysSoAndOnlyTheKubeletElsewhere() {
		Readiness kept = readiness(ReadinessPolicy.KEEP, true);
		assertThat(kept.isKept(false)).isFalse();
		kept.leave(true);
		assertThat(kept.isKept(false)).isTrue();
		kept.block();
		assertThat(kept.isKept(false)).isFalse();
		Readiness auto = readiness(ReadinessPolicy.AUTO, true);
		auto.leave(true);
		assertThat(auto.isKept(true)).isTrue();
		assertThat(auto.isKept(false)).isFalse();
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

	private static int status(WebApplication application, int port, String path) {
		return application.send("GET", port, path, BodyPublishers.noBody()).statusCode();
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
		ApplicationRunner runner(RunnerGate gate, ApplicationContext context) {
			return (arguments) -> {
				gate.begun.complete(context);
				gate.end.await();
			};
		}

	}

	/** Holds the runner of one application. */
	static final class RunnerGate {

		private final CompletableFuture<ApplicationContext> begun = new CompletableFuture<>();

		private final CountDownLatch end = new CountDownLatch(1);

		CompletableFuture<WebApplication> start(String... properties) {
			SpringApplication application = new SpringApplication(ApplicationWithRunner.class);
			application.addInitializers(
					(context) -> context.getBeanFactory().registerSingleton(RunnerGate.class.getName(), this));
			return CompletableFuture.supplyAsync(() -> WebApplication.start(application, properties),
					(start) -> new Thread(start).start());
		}

	}

}
