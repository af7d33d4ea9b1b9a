package io.github.gracefulshutdown.autoconfigure.registry;

import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import io.github.gracefulshutdown.autoconfigure.Announcement;
import io.github.gracefulshutdown.autoconfigure.AnnouncementSource;
import io.github.gracefulshutdown.autoconfigure.GracefulShutdownAutoConfiguration;
import io.github.gracefulshutdown.autoconfigure.InstanceId;
import io.github.gracefulshutdown.autoconfigure.ShutdownSequence;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.cloud.client.serviceregistry.AutoServiceRegistration;
import org.springframework.cloud.client.serviceregistry.Registration;
import org.springframework.cloud.client.serviceregistry.ServiceRegistry;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.Lifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for {@link RegistryDrainAutoConfiguration} and {@link RegistrationSource}. */
class RegistryDrainAutoConfigurationTests {

	private static final List<String> calls = new CopyOnWriteArrayList<>();

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(
				AutoConfigurations.of(GracefulShutdownAutoConfiguration.class, RegistryDrainAutoConfiguration.class))
		.withPropertyValues("graceful.shutdown.lame-duck.maximum=0");

	@Test
	void sourceIsPresentByDefault() {
		this.contextRunner.run((context) -> assertThat(context).hasSingleBean(RegistrationSource.class));
	}

	@Test
	void sourceIsAbsentWhenDisabled() {
		this.contextRunner.withPropertyValues("graceful.shutdown.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(AnnouncementSource.class));
	}

	@Test
	void sourceBacksOffWhenSpringCloudIsMissing() {
		this.contextRunner.withClassLoader(new FilteredClassLoader(ServiceRegistry.class))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(AnnouncementSource.class));
	}

	@Test
	void theSourceOfTheUserWins() {
		this.contextRunner.withBean("userSource", RegistrationSource.class)
			.run((context) -> assertThat(context).hasSingleBean(RegistrationSource.class).hasBean("userSource"));
	}

	@Test
	void theRegistrationsHaveTheIdentifierOfTheInstanceBesideTheMetadataOfTheUser() {
		this.contextRunner.withPropertyValues("eureka.instance.metadata-map.zone=a").run((context) -> {
			String id = context.getBean(InstanceId.class).value();
			for (String map : List.of("eureka.instance.metadata-map", "spring.cloud.consul.discovery.metadata",
					"spring.cloud.zookeeper.discovery.metadata", "spring.cloud.nacos.discovery.metadata")) {
				assertThat(metadata(context.getEnvironment(), map)).containsEntry("graceful-shutdown-instance", id);
			}
			assertThat(metadata(context.getEnvironment(), "eureka.instance.metadata-map")).containsEntry("zone", "a");
		});
	}

	@Test
	void aRestoredInstanceIsRegisteredAsAnotherOne() {
		Map<String, String> metadata = new HashMap<>();
		this.contextRunner.withUserConfiguration(TwoRegistriesConfiguration.class)
			.withBean("described", OneRegistration.class, () -> new OneRegistration("described") {

				@Override
				public Map<String, String> getMetadata() {
					return metadata;
				}

			})
			.run((context) -> {
				InstanceId instance = context.getBean(InstanceId.class);
				String before = instance.value();
				metadata.putAll(Map.of("graceful-shutdown-instance", before, "zone", "a"));
				context.getSourceApplicationContext(ConfigurableApplicationContext.class).stop();
				context.getSourceApplicationContext(ConfigurableApplicationContext.class).start();
				assertThat(instance.value()).isNotEqualTo(before);
				assertThat(metadata).isEqualTo(Map.of("graceful-shutdown-instance", instance.value(), "zone", "a"));
				assertThat(metadata(context.getEnvironment(), "eureka.instance.metadata-map"))
					.containsEntry("graceful-shutdown-instance", instance.value());
			});
	}

	@Test
	void theRegistrationsOfAnInstanceThatIsNotRestoredAreLeftAlone() {
		Map<String, String> metadata = new HashMap<>(Map.of("graceful-shutdown-instance", "mine"));
		this.contextRunner.withUserConfiguration(TwoRegistriesConfiguration.class)
			.withBean("described", OneRegistration.class, () -> new OneRegistration("described") {

				@Override
				public Map<String, String> getMetadata() {
					return metadata;
				}

			})
			.run((context) -> assertThat(metadata).containsEntry("graceful-shutdown-instance", "mine"));
	}

	private static Map<String, String> metadata(Environment environment, String name) {
		return Binder.get(environment).bind(name, Bindable.mapOf(String.class, String.class)).get();
	}

	@Test
	void nothingIsAnnouncedWithoutARegistry() {
		this.contextRunner
			.run((context) -> assertThat(context.getBean(RegistrationSource.class).announcements()).isEmpty());
	}

	@Test
	void eachRegistrationIsLeftInTheRegistryThatTakesItAndRegisteredAgainOnResume() throws Exception {
		calls.clear();
		this.contextRunner.withUserConfiguration(TwoRegistriesConfiguration.class).run((context) -> {
			ShutdownSequence sequence = context.getBean(ShutdownSequence.class);
			sequence.drain().get(10, TimeUnit.SECONDS);
			assertThat(calls).containsExactlyInAnyOrder("one deregister first", "other deregister second");
			assertThat(sequence.status().withdrawn()).containsExactlyInAnyOrder("first at localhost:80 in OneRegistry",
					"second at localhost:80 in OtherRegistry");
			calls.clear();
			sequence.resume();
			assertThat(calls).containsExactlyInAnyOrder("one register first", "other register second");
			calls.clear();
		});
		assertThat(calls).containsExactlyInAnyOrder("one deregister first", "other deregister second");
	}

	@Test
	void aRegistrationIsNotLeftInARegistryThatTakesAllIfAnotherTakesIt() {
		this.contextRunner.withUserConfiguration(TwoRegistriesConfiguration.class)
			.withBean(AnyRegistry.class)
			.withBean("third", FixedRegistration.class, () -> new ThirdRegistration("third"))
			.run((context) -> assertThat(context.getBean(RegistrationSource.class).announcements())
				.extracting(Announcement::name)
				.containsExactlyInAnyOrder("first at localhost:80 in OneRegistry",
						"second at localhost:80 in OtherRegistry", "third at localhost:80 in AnyRegistry"));
	}

	@Test
	void nacosDoesNotWaitByDefault() {
		this.contextRunner.withPropertyValues("graceful.shutdown.lame-duck.maximum=10s")
			.withPropertyValues("graceful.shutdown.lame-duck.minimum=0")
			.run((context) -> assertThat(context.getEnvironment().getProperty(NacosWaitPostProcessor.PROPERTY))
				.isEqualTo("0"));
	}

	@Test
	void nacosWaitsAsTheUserSays() {
		this.contextRunner
			.withPropertyValues("graceful.shutdown.lame-duck.maximum=10s", "graceful.shutdown.lame-duck.minimum=0",
					NacosWaitPostProcessor.PROPERTY + "=77")
			.run((context) -> assertThat(context.getEnvironment().getProperty(NacosWaitPostProcessor.PROPERTY))
				.isEqualTo("77"));
	}

	@Test
	void nacosWaitsAsByItselfWithoutALameDuck() {
		this.contextRunner
			.run((context) -> assertThat(context.getEnvironment().containsProperty(NacosWaitPostProcessor.PROPERTY))
				.isFalse());
	}

	@Test
	void anInstanceThatHasNotRegisteredItselfLeavesNothing() {
		this.contextRunner.withUserConfiguration(TwoRegistriesConfiguration.class)
			.withBean(StoppedRegistration.class)
			.run((context) -> {
				List<Announcement> announcements = context.getBean(RegistrationSource.class).announcements();
				assertThat(announcements).isEmpty();
			});
	}

	@Configuration(proxyBeanMethods = false)
	static class TwoRegistriesConfiguration {

		@Bean
		OneRegistry oneRegistry() {
			return new OneRegistry();
		}

		@Bean
		OtherRegistry otherRegistry() {
			return new OtherRegistry();
		}

		@Bean
		OneRegistration oneRegistration() {
			return new OneRegistration("first");
		}

		@Bean
		OtherRegistration otherRegistration() {
			return new OtherRegistration("second");
		}

		@Bean("scopedTarget.otherRegistration")
		OtherRegistration targetOfTheScopedProxy() {
			return new OtherRegistration("second");
		}

	}

	static final class StoppedRegistration implements AutoServiceRegistration, Lifecycle {

		@Override
		public void start() {
		}

		@Override
		public void stop() {
		}

		@Override
		public boolean isRunning() {
			return false;
		}

	}

	static class AnyRegistry extends RecordingRegistry<Registration> {

		AnyRegistry() {
			super("any");
		}

	}

	static class OneRegistry extends RecordingRegistry<OneRegistration> {

		OneRegistry() {
			super("one");
		}

	}

	static class OtherRegistry extends RecordingRegistry<OtherRegistration> {

		OtherRegistry() {
			super("other");
		}

	}

	@SuppressWarnings("NullAway") // the lines of Spring Cloud declare the parameters
									// differently
	abstract static class RecordingRegistry<R extends Registration> implements ServiceRegistry<R> {

		private final String name;

		RecordingRegistry(String name) {
			this.name = name;
		}

		@Override
		public void register(R registration) {
			calls.add(this.name + " register " + registration.getServiceId());
		}

		@Override
		public void deregister(R registration) {
			calls.add(this.name + " deregister " + registration.getServiceId());
		}

		@Override
		public void close() {
		}

		@Override
		public void setStatus(R registration, String status) {
		}

		@Override
		@SuppressWarnings("TypeParameterUnusedInFormals") // so it is declared
		public <T> T getStatus(R registration) {
			throw new UnsupportedOperationException();
		}

	}

	static class OneRegistration extends FixedRegistration {

		OneRegistration(String serviceId) {
			super(serviceId);
		}

	}

	static final class OtherRegistration extends FixedRegistration {

		OtherRegistration(String serviceId) {
			super(serviceId);
		}

	}

	static final class ThirdRegistration extends FixedRegistration {

		ThirdRegistration(String serviceId) {
			super(serviceId);
		}

	}

	abstract static class FixedRegistration implements Registration {

		private final String serviceId;

		FixedRegistration(String serviceId) {
			this.serviceId = Objects.requireNonNull(serviceId);
		}

		@Override
		public String getServiceId() {
			return this.serviceId;
		}

		@Override
		public String getHost() {
			return "localhost";
		}

		@Override
		public int getPort() {
			return 80;
		}

		@Override
		public boolean isSecure() {
			return false;
		}

		@Override
		public URI getUri() {
			return URI.create("http://localhost:80");
		}

		@Override
		public Map<String, String> getMetadata() {
			return Map.of();
		}

	}

}
