package io.github.gracefulshutdown.autoconfigure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for {@link StartupChecks}. */
class StartupChecksTests {

	private final Map<String, Object> set = new HashMap<>();

	private final Set<String> classPath = new HashSet<>();

	private final DefaultListableBeanFactory beanFactory = new DefaultListableBeanFactory();

	private final GracefulShutdownProperties properties = new GracefulShutdownProperties();

	private Supplier<Pod.@Nullable Termination> pod = () -> {
		throw new AssertionError("The pod was read");
	};

	private @Nullable Budget budget;

	private @Nullable String cloudPlatform = "none"; // the build may run in a pod

	@TempDir
	Path proc;

	@Test
	void findNothingInAnApplicationWithDefaults() {
		assertThat(found()).isEmpty();
	}

	@ParameterizedTest
	@CsvSource({ "spring.lifecycle.timeout-per-shutdown-phase, 30s", "grpc.server.shutdown-grace-period, 26",
			"grpc.server.shutdown-grace-period, -1", "spring.grpc.server.shutdown-grace-period, 1m",
			"spring.grpc.server.shutdown.grace-period, 1m",
			"spring.cloud.nacos.discovery.graceful-shutdown-wait-time, 26000", "dubbo.service.shutdown.wait, 26000" })
	void findWaitsThatAreSetAndExceedTheBudget(String key, String value) {
		this.set.put(key, value);
		assertThat(found()).singleElement()
			.asString()
			.startsWith("'%s' is ".formatted(key))
			.contains("the whole shutdown has 25s")
			.contains("Lower '%s', or raise 'graceful.shutdown.timeout'".formatted(key));
	}

	@ParameterizedTest
	@CsvSource({ "spring.lifecycle.timeout-per-shutdown-phase, 25s", "grpc.server.shutdown-grace-period, 25",
			"grpc.server.shutdown-grace-period, nonsense", "server.shutdown, graceful",
			"management.endpoints.web.exposure.include, health" })
	void findNothingWrongWithWhatFits(String key, String value) {
		this.set.put(key, value);
		assertThat(found()).isEmpty();
	}

	@ParameterizedTest
	@CsvSource({ "server.shutdown, immediate", "spring.main.register-shutdown-hook, false" })
	void findWhatSwitchesAShutdownOff(String key, String value) {
		this.set.put(key, value);
		assertThat(found()).singleElement()
			.asString()
			.startsWith("'%s' is '%s': ".formatted(key, value))
			.contains("Remove it");
	}

	@Test
	void findABudgetThatDoesNotFitThePlatform() {
		this.properties.setTimeout(Duration.ofSeconds(40));
		this.set.put("graceful.shutdown.timeout", "40s");
		this.properties.getPlatform().setPreStop(Duration.ofSeconds(5));
		this.properties.getPlatform().setGracePeriod(Duration.ofSeconds(30));
		assertThat(found()).singleElement()
			.isEqualTo("The shutdown may take 46s ('graceful.shutdown.timeout' 40s, "
					+ "'graceful.shutdown.platform.pre-stop' 5s, 1s to exit), but the grace period of the platform is "
					+ "30s: it is cut to 24s. Set the grace period of the platform to 46 seconds "
					+ "(terminationGracePeriodSeconds: 46, stop_grace_period: 46s, TimeoutStopSec=46) and "
					+ "'graceful.shutdown.platform.grace-period' to the same, or 'graceful.shutdown.timeout' to 24s.");
	}

	@Test
	void findABudgetThatDoesNotFitThePod() {
		this.set.put("spring.main.cloud-platform", "kubernetes");
		this.pod = () -> new Pod.Termination(Duration.ofSeconds(31), Duration.ofSeconds(5), false);
		assertThat(found()).isEmpty();
		this.pod = () -> new Pod.Termination(Duration.ofSeconds(30), Duration.ofSeconds(5), false);
		assertThat(found()).singleElement()
			.isEqualTo("The shutdown may take 31s ('graceful.shutdown.timeout' 25s, the preStop sleep of this pod 5s, "
					+ "1s to exit), but terminationGracePeriodSeconds of this pod is 30s: it is cut to 24s. Set "
					+ "terminationGracePeriodSeconds to 31, or 'graceful.shutdown.timeout' to 24s.");
		assertThat(times().timeout()).isEqualTo(Duration.ofSeconds(24));
	}

	@Test
	void leaveATimeoutThatIsSetAsItIsInAPodThatIsReadToHaveLess() {
		this.set.put("spring.main.cloud-platform", "kubernetes");
		this.set.put("graceful.shutdown.timeout", "25s");
		this.pod = () -> new Pod.Termination(Duration.ofSeconds(30), Duration.ofSeconds(5), false);
		assertThat(found()).singleElement()
			.asString()
			.contains("is 30s: the process would be killed before. Set terminationGracePeriodSeconds to 31");
		assertThat(times().timeout()).isEqualTo(Duration.ofSeconds(25));
	}

	@Test
	void haveTheBudgetFollowALongerGracePeriodOfThePod() {
		this.set.put("spring.main.cloud-platform", "kubernetes");
		this.pod = () -> new Pod.Termination(Duration.ofMinutes(2), Duration.ofSeconds(5), false);
		assertThat(found()).isEmpty();
		assertThat(times().timeout()).isEqualTo(Duration.ofSeconds(110));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			textBlock = """
					VCAP_APPLICATION | 10s | containers.graceful_shutdown_interval_in_seconds of the cells to 26, as an operator,
					NOMAD_ALLOC_ID | 5s | kill_timeout = "26s" in the task
					""")
	void findABudgetThatIsLikelyNotToFitThePlatform(String mark, String gracePeriod, String setting) {
		this.set.put(mark, "{}");
		this.cloudPlatform = null;
		assertThat(found()).singleElement()
			.asString()
			.contains("unless it says otherwise, %s: the process would be killed before. Set %s and"
				.formatted(gracePeriod, setting))
			.contains("'graceful.shutdown.platform.grace-period' to the same");
		assertThat(times()).isEqualTo(new Budget(new GracefulShutdownProperties(), (key) -> false).times());
	}

	@ParameterizedTest
	@CsvSource({ "ECS_CONTAINER_METADATA_URI_V4, http://169.254.170.2/v4/1", "AWS_EXECUTION_ENV, AWS_ECS_FARGATE",
			"spring.main.cloud-platform, aws_ecs" })
	void findABudgetThatIsLikelyNotToFitEcs(String mark, String value) {
		this.cloudPlatform = null;
		this.set.put(mark, value);
		assertThat(found()).isEmpty();
		this.properties.setTimeout(Duration.ofSeconds(40));
		assertThat(found()).singleElement()
			.asString()
			.contains("unless it says otherwise, 30s")
			.contains("Set \"stopTimeout\": 41 in the container definition of the task and");
	}

	@Test
	void findABudgetThatIsLikelyNotToFitAContainer() throws IOException {
		Files.createDirectories(this.proc.resolve("root/proc/self"));
		Files.createFile(this.proc.resolve("root/.dockerenv"));
		Files.writeString(this.proc.resolve("root/proc/self/stat"), "1 (java) S 0 1 1 0 -1");
		assertThat(found()).singleElement()
			.asString()
			.contains("unless it says otherwise, 10s")
			.contains("Set stop_grace_period: 26s in Compose, or stop it with docker stop -t 26, and");
		this.set.put("graceful.shutdown.platform.grace-period", "30s");
		this.properties.getPlatform().setGracePeriod(Duration.ofSeconds(30));
		assertThat(found()).isEmpty();
	}

	@Test
	void takeThePreStopThatIsSetAgainstThePod() {
		this.set.put("spring.main.cloud-platform", "kubernetes");
		this.set.put("graceful.shutdown.platform.pre-stop", "0");
		this.pod = () -> new Pod.Termination(Duration.ofSeconds(26), Duration.ofSeconds(5), false);
		assertThat(found()).isEmpty();
		this.set.put("graceful.shutdown.platform.pre-stop", "2s");
		this.properties.getPlatform().setPreStop(Duration.ofSeconds(2));
		assertThat(found()).singleElement()
			.asString()
			.contains("'graceful.shutdown.platform.pre-stop' 2s")
			.contains("this pod is 26s");
	}

	@Test
	void leaveThePodAloneWhenTheGracePeriodIsSet() {
		this.set.put("spring.main.cloud-platform", "kubernetes");
		this.properties.getPlatform().setGracePeriod(Duration.ofSeconds(26));
		assertThat(found()).isEmpty();
	}

	@Test
	void takeAPodThatCannotBeReadToHaveTheGracePeriodOfKubernetes() {
		this.set.put("spring.main.cloud-platform", "kubernetes");
		this.pod = () -> null;
		assertThat(found()).isEmpty();
		this.properties.setTimeout(Duration.ofSeconds(30));
		assertThat(found()).singleElement().asString().contains("unless it says otherwise, 30s");
	}

	@Test
	void findAShellThatKeepsTheSignal() throws IOException {
		Files.createDirectories(this.proc.resolve("self"));
		Files.createDirectories(this.proc.resolve("1"));
		Files.writeString(this.proc.resolve("self/stat"), "7 (java (odd) name) S 1 7 7 0 -1");
		Files.writeString(this.proc.resolve("1/comm"), "sh\n");
		assertThat(found()).singleElement().asString().contains("child of 'sh' with process id 1").contains("exec");
		Files.writeString(this.proc.resolve("1/comm"), "tini\n");
		assertThat(found()).isEmpty();
		Files.writeString(this.proc.resolve("1/comm"), "sh\n");
		Files.writeString(this.proc.resolve("self/stat"), "7 (java) S 6 7 7 0 -1");
		assertThat(found()).isEmpty();
	}

	@Test
	void findCachesThatLastLongerThanTheLameDuck() {
		this.classPath.add("com.netflix.discovery.EurekaClient");
		this.classPath.add("org.springframework.cloud.loadbalancer.core.ServiceInstanceListSupplier");
		assertThat(found()).singleElement()
			.asString()
			.contains("notice up to 65s late")
			.contains("'graceful.shutdown.lame-duck.maximum' is 10s");
		this.set.put("eureka.client.registry-fetch-interval-seconds", "2");
		this.set.put("spring.cloud.loadbalancer.cache.ttl", "5s");
		assertThat(found()).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "*", "health,drain" })
	void findAnEndpointThatNothingProtects(String exposed) {
		this.classPath.add("org.springframework.boot.actuate.endpoint.web.annotation.WebEndpoint");
		this.set.put("management.endpoints.web.exposure.include", exposed);
		assertThat(found()).singleElement().asString().contains("nothing protects it");
	}

	@ParameterizedTest
	@CsvSource({ "8081, , false", "8080, , true", "8080, 8080, true", "9090, 9090, true", "9090, 8080, false",
			"8080, 9090, false", "0, 0, false", "0, , false", "-1, , false", "-1, -1, false", ", 9090, true",
			"nonsense, , true" })
	void findAnEndpointOnThePortOfTheApplication(@Nullable String managementPort, @Nullable String port, boolean open) {
		this.classPath.add("org.springframework.boot.actuate.endpoint.web.annotation.WebEndpoint");
		this.set.put("management.endpoints.web.exposure.include", "drain");
		if (managementPort != null) {
			this.set.put("management.server.port", managementPort);
		}
		if (port != null) {
			this.set.put("server.port", port);
		}
		assertThat(found()).hasSize(open ? 1 : 0);
	}

	private Budget.Times times() {
		return Objects.requireNonNull(this.budget).times();
	}

	private List<String> found() {
		List<String> found = new ArrayList<>();
		if (this.cloudPlatform != null) {
			this.set.putIfAbsent("spring.main.cloud-platform", this.cloudPlatform);
		}
		StandardEnvironment environment = new StandardEnvironment();
		environment.getPropertySources().addFirst(new MapPropertySource("test", this.set));
		PlatformReader platform = new PlatformReader(environment, this.properties.getPlatform(), this.pod,
				new SystemdUnit(this.proc, (command) -> null), new ContainerMarks(this.proc.resolve("root")));
		this.budget = new Budget(this.properties, this.set::containsKey);
		new StartupChecks(environment, this.beanFactory, this.properties, this.budget, new ParentProcess(this.proc),
				platform::gracePeriod, this.classPath::contains)
			.run(found::add);
		return found;
	}

}
