package io.github.gracefulshutdown.autoconfigure.metrics;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import io.github.gracefulshutdown.DrainGate;
import io.github.gracefulshutdown.Outcome;
import io.github.gracefulshutdown.Permit;
import io.github.gracefulshutdown.Stage;
import io.github.gracefulshutdown.TeardownResource;
import io.github.gracefulshutdown.autoconfigure.GracefulShutdownAutoConfiguration;
import io.github.gracefulshutdown.autoconfigure.InstanceId;
import io.github.gracefulshutdown.autoconfigure.RequestAdmission;
import io.github.gracefulshutdown.autoconfigure.ShutdownSequence;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.core.instrument.step.StepMeterRegistry;
import io.micrometer.core.instrument.step.StepRegistryConfig;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.GenericApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for {@link ShutdownMetricsAutoConfiguration} and {@link ShutdownMetrics}. */
@ExtendWith(OutputCaptureExtension.class)
class ShutdownMetricsAutoConfigurationTests {

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(
				AutoConfigurations.of(GracefulShutdownAutoConfiguration.class, ShutdownMetricsAutoConfiguration.class))
		.withPropertyValues("graceful.shutdown.lame-duck.maximum=0");

	@Test
	void metersArePresentByDefault() {
		this.contextRunner.run((context) -> assertThat(context).hasSingleBean(ShutdownMetrics.class));
	}

	@Test
	void metersAreAbsentWhenDisabled() {
		this.contextRunner.withPropertyValues("graceful.shutdown.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(MeterBinder.class));
	}

	@Test
	void metersBackOffWhenMicrometerIsMissing() {
		this.contextRunner.withClassLoader(new FilteredClassLoader("io.micrometer"))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean("gracefulShutdownMetrics"));
	}

	@Test
	void theMetersOfTheUserWin() {
		this.contextRunner.withBean("userMetrics", ShutdownMetrics.class)
			.run((context) -> assertThat(context).hasSingleBean(ShutdownMetrics.class).hasBean("userMetrics"));
	}

	@Test
	void metersShowADrainFromBeginToEnd(CapturedOutput output) {
		this.contextRunner.withUserConfiguration(AdmissionConfiguration.class).run((context) -> {
			MeterRegistry registry = new SimpleMeterRegistry();
			context.getBean(ShutdownMetrics.class).bindTo(registry);
			RequestAdmission admission = context.getBean(RequestAdmission.class);
			ShutdownSequence sequence = context.getBean(ShutdownSequence.class);
			Permit permit = Objects.requireNonNull(admission.tryEnter("task"));
			assertThat(inflight(registry)).isEqualTo(1);
			assertThat(registry.get("graceful.shutdown.stage").gauge().value()).isZero();
			CompletableFuture<Outcome> drained = sequence.drain();
			Awaitility.await().until(() -> sequence.stage() == Stage.BLOCKING);
			assertThat(registry.get("graceful.shutdown.stage").gauge().value()).isEqualTo(2);
			assertThat(admission.tryEnter("refused")).isNull();
			permit.close();
			drained.get(10, TimeUnit.SECONDS);
			assertThat(inflight(registry)).isZero();
			assertThat(registry.get("graceful.shutdown.rejected").tag("kind", "job").functionCounter().count())
				.isEqualTo(1);
			assertThat(registry.get("graceful.shutdown.stragglers").tag("kind", "job").functionCounter().count())
				.isZero();
			assertThat(registry.get("graceful.shutdown.stuck").gauge().value()).isZero();
			assertThat(timed(registry, "lame-duck")).isEqualTo(1);
			assertThat(timed(registry, "blocking")).isEqualTo(1);
			sequence.resume();
			assertThat(registry.get("graceful.shutdown.stage").gauge().value()).isZero();
			assertThat(timed(registry, "lame-duck")).isEqualTo(1);
			assertThat(output).doesNotContain("already registered");
		});
	}

	@Test
	void metersArePushedWhenAllElseIsReleased(CapturedOutput output) {
		List<String> order = new CopyOnWriteArrayList<>();
		SpringApplication application = new SpringApplication(PushingApplication.class);
		application.setWebApplicationType(WebApplicationType.NONE);
		application.setRegisterShutdownHook(false);
		application.addInitializers((context) -> {
			GenericApplicationContext generic = (GenericApplicationContext) context;
			generic.registerBean("pushing", MeterRegistry.class, () -> new PushingRegistry(order));
			generic.registerBean("index", TeardownResource.class, () -> () -> order.add("index"));
		});
		application.run("--grpc.server.port=-1", "--graceful.shutdown.lame-duck.maximum=0").close();
		assertThat(order).containsExactly("index", "pushed");
		assertThat(output).containsPattern(
				"released 2 of 2 resources \\[index \\(\\d+ ms\\), gracefulShutdownMeterRegistries \\(\\d+ ms\\)]");
	}

	private static double inflight(MeterRegistry registry) {
		return registry.get("graceful.shutdown.inflight").tag("kind", "job").gauge().value();
	}

	private static long timed(MeterRegistry registry, String stage) {
		return registry.get("graceful.shutdown.stage.duration")
			.tag("stage", stage)
			.tag("outcome", "clean")
			.timer()
			.count();
	}

	@Configuration(proxyBeanMethods = false)
	static class AdmissionConfiguration {

		@Bean
		RequestAdmission jobAdmission(DrainGate gate, ShutdownSequence sequence) {
			return new RequestAdmission("job", gate, sequence, new InstanceId());
		}

	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class PushingApplication {

	}

	/** Sends its meters to a list, once a day and at its end. */
	static final class PushingRegistry extends StepMeterRegistry {

		private final List<String> pushed;

		PushingRegistry(List<String> pushed) {
			super(new Daily(), Clock.SYSTEM);
			this.pushed = pushed;
		}

		@Override
		protected void publish() {
			this.pushed.add("pushed");
		}

		@Override
		protected TimeUnit getBaseTimeUnit() {
			return TimeUnit.SECONDS;
		}

		private static final class Daily implements StepRegistryConfig {

			@Override
			public String prefix() {
				return "pushing";
			}

			@Override
			public @Nullable String get(String key) {
				return key.equals("pushing.step") ? "1d" : null;
			}

		}

	}

}
