package io.github.gracefulshutdown.registry;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

import io.github.gracefulshutdown.Stage;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryOneTime;
import org.apache.curator.test.TestingServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests with none, and with two registries of which one may be down. */
@ExtendWith(OutputCaptureExtension.class)
class SeveralRegistriesTests {

	private static final String IN_EUREKA = "orders at localhost:\\d+ in EurekaServiceRegistry \\(\\d+ ms\\)";

	private static final String IN_ZOOKEEPER = "orders at localhost:\\d+ in ZookeeperServiceRegistry \\(\\d+ ms\\)";

	private static EurekaServer eureka;

	private static TestingServer zookeeper;

	private static CuratorFramework curator;

	@BeforeAll
	static void startServers() throws Exception {
		eureka = EurekaServer.start();
		zookeeper = new TestingServer();
		curator = CuratorFrameworkFactory.newClient(zookeeper.getConnectString(), new RetryOneTime(100));
		curator.start();
	}

	@AfterAll
	static void stopServers() throws IOException {
		curator.close();
		zookeeper.close();
		eureka.close();
	}

	@Test
	void noneIsNothingToTellAndToWaitFor(CapturedOutput output) {
		try (RunningApplication application = RunningApplication.start("graceful.shutdown.lame-duck.minimum=")) {
			application.drain();
			assertThat(output).contains("withdrew 0 of 0 announcements []");
			assertThat(application.between(Stage.LAME_DUCK, Stage.DRAINED)).isLessThan(Duration.ofSeconds(3));
		}
	}

	@Test
	void onKubernetesReadinessIsEnough(CapturedOutput output) {
		try (RunningApplication application = RunningApplication.start("spring.main.cloud-platform=kubernetes",
				"graceful.shutdown.lame-duck.minimum=")) {
			assertThat(application.readiness()).isEqualTo(200);
			CompletableFuture<?> drained = application.beginDrain();
			Awaitility.await().until(() -> application.readiness() == 503);
			assertThat(application.stage()).isEqualTo(Stage.LAME_DUCK);
			assertThat(application.call()).isEqualTo(200);
			Awaitility.await().atMost(Duration.ofSeconds(20)).until(drained::isDone);
			assertThat(output).contains("withdrew 0 of 0 announcements []");
			assertThat(application.between(Stage.LAME_DUCK, Stage.BLOCKING)).isBetween(Duration.ofSeconds(5),
					Duration.ofSeconds(8));
		}
	}

	@Test
	void bothAreLeftAndTimedSeparately(CapturedOutput output) {
		try (RunningApplication application = start(eureka.port())) {
			awaitListed();
			application.drain();
			assertThat(isListedInEureka()).isFalse();
			assertThat(ZookeeperTests.isListed(curator)).isFalse();
			assertThat(output).contains("withdrew 2 of 2 announcements [")
				.containsPattern(IN_EUREKA)
				.containsPattern(IN_ZOOKEEPER);
			RegistryContract.print(output, "Step 'deregistration'");
		}
	}

	@Test
	void oneThatIsDownIsNamedAndTheOtherIsLeft(CapturedOutput output) {
		try (FreezableProxy proxy = FreezableProxy.to(eureka.port());
				RunningApplication application = start(proxy.port())) {
			awaitListed();
			proxy.close();
			application.drain();
			assertThat(ZookeeperTests.isListed(curator)).isFalse();
			assertThat(output)
				.containsPattern("withdrew 1 of 2 announcements \\[" + IN_ZOOKEEPER + "], failed \\[" + IN_EUREKA)
				.contains("Could not withdraw orders at localhost");
			RegistryContract.print(output, "Step 'deregistration'");
		}
	}

	@Test
	void oneThatHangsDelaysNeitherTheOtherNorTheBudget(CapturedOutput output) {
		try (FreezableProxy proxy = FreezableProxy.to(eureka.port());
				RunningApplication application = start(proxy.port())) {
			awaitListed();
			proxy.freeze();
			long startNanos = System.nanoTime();
			CompletableFuture<?> drained = application.beginDrain();
			Awaitility.await().until(() -> !ZookeeperTests.isListed(curator));
			assertThat(drained).isNotDone();
			assertThat(application.call()).isEqualTo(200);
			Awaitility.await().atMost(Duration.ofSeconds(20)).until(drained::isDone);
			assertThat(Duration.ofNanos(System.nanoTime() - startNanos)).isBetween(Duration.ofSeconds(3),
					Duration.ofSeconds(8));
			assertThat(output)
				.containsPattern("withdrew 1 of 2 announcements \\[" + IN_ZOOKEEPER + "], failed \\[" + IN_EUREKA);
			RegistryContract.print(output, "Step 'deregistration'");
		}
	}

	private static RunningApplication start(int eurekaPort) {
		String[] common = { "graceful.shutdown.lame-duck.minimum=0", "graceful.shutdown.deregistration.timeout=3s",
				"eureka.client.should-unregister-on-shutdown=false" };
		return RunningApplication.start(new Class<?>[] { OneIsPrimary.class }, Stream
			.of(EurekaTests.properties(eurekaPort), ZookeeperTests.properties(zookeeper.getConnectString()), common)
			.flatMap(Stream::of)
			.toArray(String[]::new));
	}

	private static void awaitListed() {
		Awaitility.await("in both")
			.atMost(Duration.ofSeconds(20))
			.until(() -> isListedInEureka() && ZookeeperTests.isListed(curator));
	}

	private static boolean isListedInEureka() {
		return "UP".equals(eureka.status("ORDERS", "orders:1"));
	}

	/** Spring Cloud itself wants one of several to be primary. */
	@Configuration(proxyBeanMethods = false)
	static class OneIsPrimary {

		@Bean
		static BeanFactoryPostProcessor primary() {
			return (beanFactory) -> Stream.of("eurekaRegistration", "eurekaAutoServiceRegistration")
				.filter(beanFactory::containsBeanDefinition)
				.forEach((name) -> beanFactory.getBeanDefinition(name).setPrimary(true));
		}

	}

}
