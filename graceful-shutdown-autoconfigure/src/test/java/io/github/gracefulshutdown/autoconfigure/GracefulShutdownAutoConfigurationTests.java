package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

import io.github.gracefulshutdown.DrainGate;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.task.SimpleAsyncTaskExecutor;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for {@link GracefulShutdownAutoConfiguration}. */
class GracefulShutdownAutoConfigurationTests {

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(GracefulShutdownAutoConfiguration.class));

	@Test
	void theSequenceAndItsStepsArePresentByDefault() {
		this.contextRunner.run((context) -> {
			assertThat(context).hasSingleBean(ShutdownSequence.class).hasSingleBean(DrainGate.class);
			assertThat(phase(context, RegistryDeregistrationLifecycle.class)).isEqualTo(Integer.MAX_VALUE);
			assertThat(phase(context, LameDuckLifecycle.class)).isEqualTo(Integer.MAX_VALUE - 1);
			assertThat(phase(context, RequestBlockerLifecycle.class)).isEqualTo(Integer.MAX_VALUE - 2);
			assertThat(phase(context, DrainLifecycle.class)).isEqualTo(Integer.MAX_VALUE - 3);
			assertThat(phase(context, ResourceTeardownLifecycle.class)).isEqualTo(1000);
		});
	}

	private static int phase(AssertableApplicationContext context, Class<? extends SmartLifecycle> type) {
		SmartLifecycle step = context.getBean(type);
		assertThat(step.isRunning()).isTrue();
		return step.getPhase();
	}

	@Test
	void nothingIsPresentWhenDisabled() {
		this.contextRunner.withPropertyValues("graceful.shutdown.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(ShutdownSequence.class)
				.doesNotHaveBean(SmartLifecycle.class)
				.doesNotHaveBean(DrainGate.class));
	}

	@Test
	void theGateOfTheUserWins() {
		this.contextRunner.withUserConfiguration(GateConfiguration.class)
			.run((context) -> assertThat(context).getBean(DrainGate.class).isSameAs(GateConfiguration.GATE));
	}

	@Test
	void executorsWithoutAPoolKnowTheirThreadsUnlessTheyAreExcluded() {
		this.contextRunner.withBean("tracked", SimpleAsyncTaskExecutor.class)
			.withBean("excluded", SimpleAsyncTaskExecutor.class)
			.withPropertyValues("graceful.shutdown.executors.exclude=excluded")
			.run((context) -> {
				SimpleAsyncTaskExecutor tracked = context.getBean("tracked", SimpleAsyncTaskExecutor.class);
				SimpleAsyncTaskExecutor excluded = context.getBean("excluded", SimpleAsyncTaskExecutor.class);
				CompletableFuture<List<String>> ofTracked = tracked
					.submitCompletable(() -> TrackedThreads.namesOf(tracked));
				CompletableFuture<List<String>> ofExcluded = excluded
					.submitCompletable(() -> TrackedThreads.namesOf(excluded));
				assertThat(StepFixture.get(ofTracked)).hasSize(1);
				assertThat(StepFixture.get(ofExcluded)).isEmpty();
			});
	}

	@Test
	void exemptPathsAreThoseOfTheProperty() {
		this.contextRunner.withPropertyValues("graceful.shutdown.exempt-paths=/ping,/internal/**").run((context) -> {
			ExemptPaths paths = context.getBean(ExemptPaths.class);
			assertThat(paths.contains("/ping")).isTrue();
			assertThat(paths.contains("/internal/a/b")).isTrue();
			assertThat(paths.contains("/pingpong")).isFalse();
		});
	}

	@Nested
	class PropertiesTests {

		private final ApplicationContextRunner contextRunner = GracefulShutdownAutoConfigurationTests.this.contextRunner;

		@Test
		void durationsWithoutAUnitAreSeconds() {
			this.contextRunner
				.withPropertyValues("graceful.shutdown.timeout=40", "graceful.shutdown.deregistration.timeout=1",
						"graceful.shutdown.lame-duck.minimum=1", "graceful.shutdown.lame-duck.quiet-period=300ms",
						"graceful.shutdown.lame-duck.maximum=4", "graceful.shutdown.drain.timeout=1m",
						"graceful.shutdown.teardown.timeout=6", "graceful.shutdown.force-exit.exit-code=3",
						"graceful.shutdown.timeout=2m")
				.run((context) -> {
					GracefulShutdownProperties properties = context.getBean(GracefulShutdownProperties.class);
					assertThat(properties.getTimeout()).isEqualTo(Duration.ofMinutes(2));
					assertThat(properties.getDeregistration().getTimeout()).isEqualTo(Duration.ofSeconds(1));
					assertThat(properties.getLameDuck().getMinimum()).isEqualTo(Duration.ofSeconds(1));
					assertThat(properties.getLameDuck().getQuietPeriod()).isEqualTo(Duration.ofMillis(300));
					assertThat(properties.getLameDuck().getMaximum()).isEqualTo(Duration.ofSeconds(4));
					assertThat(properties.getDrain().getTimeout()).isEqualTo(Duration.ofMinutes(1));
					assertThat(properties.getTeardown().getTimeout()).isEqualTo(Duration.ofSeconds(6));
					assertThat(properties.getForceExit().getExitCode()).isEqualTo(3);
				});
		}

		@ParameterizedTest
		@CsvSource({ "drain.timeout=45s, graceful.shutdown.drain.timeout, 45s, graceful.shutdown.timeout, 25s",
				"teardown.timeout=26s, graceful.shutdown.teardown.timeout, 26s, graceful.shutdown.timeout, 25s",
				"deregistration.timeout=30, graceful.shutdown.deregistration.timeout, 30s, graceful.shutdown.timeout, 25s",
				"lame-duck.maximum=1m, graceful.shutdown.lame-duck.maximum, 60s, graceful.shutdown.timeout, 25s",
				"lame-duck.quiet-period=11s, graceful.shutdown.lame-duck.quiet-period, 11s, graceful.shutdown.lame-duck.maximum, 10s",
				"lame-duck.minimum=15s, graceful.shutdown.lame-duck.minimum, 15s, graceful.shutdown.lame-duck.maximum, 10s" })
		void aPartThatIsLongerThanTheWholeStopsTheStart(String property, String part, String partValue, String whole,
				String wholeValue) {
			this.contextRunner.withPropertyValues("graceful.shutdown." + property).run((context) -> {
				assertThat(context).hasFailed();
				FailureAnalysis analysis = analyze(context);
				assertThat(analysis.getDescription()).contains(part, whole, " is " + wholeValue);
				assertThat(analysis.getAction()).isEqualTo(
						"Lower '%s' or raise '%s', so that the first fits into the second.".formatted(part, whole));
			});
		}

		private static FailureAnalysis analyze(AssertableApplicationContext context) {
			Throwable failure = Objects.requireNonNull(context.getStartupFailure());
			return Objects.requireNonNull(new ContradictoryDurationsFailureAnalyzer().analyze(failure));
		}

		@Test
		void aPartMayBeAsLongAsTheBudgetThatHasGrown() {
			this.contextRunner
				.withPropertyValues("graceful.shutdown.platform.grace-period=2m",
						"graceful.shutdown.lame-duck.maximum=60s", "graceful.shutdown.lame-duck.minimum=15s",
						"graceful.shutdown.drain.timeout=40s")
				.run((context) -> {
					assertThat(context).hasNotFailed();
					assertThat(context.getBean(Budget.class).times())
						.isEqualTo(new Budget.Times(Duration.ofSeconds(115), Duration.ofSeconds(60),
								Duration.ofSeconds(1), Duration.ofSeconds(40), Duration.ofMinutes(2)));
				});
		}

		@Test
		void aPartThatDoesNotFitIntoABudgetThatWasCutIsNoContradiction() {
			this.contextRunner
				.withPropertyValues("graceful.shutdown.platform.grace-period=10s",
						"graceful.shutdown.drain.timeout=20s")
				.run((context) -> {
					assertThat(context).hasNotFailed();
					assertThat(context.getBean(Budget.class).times().timeout()).isEqualTo(Duration.ofSeconds(9));
				});
		}

		@Test
		void aDefaultThatDoesNotFitBelowWhatWasSetIsCutAndNotRefused() {
			this.contextRunner
				.withPropertyValues("graceful.shutdown.timeout=3s", "graceful.shutdown.lame-duck.maximum=0")
				.run((context) -> assertThat(context).hasNotFailed());
		}

		@ParameterizedTest
		@CsvSource({ "timeout=-1s", "timeout=0", "timeout=999999d", "drain.timeout=-5", "lame-duck.minimum=-1ms",
				"lame-duck.quiet-period=-1s", "lame-duck.maximum=-1s", "lame-duck.health-checks=-1",
				"deregistration.timeout=-1s", "teardown.timeout=-1s", "force-exit.exit-code=256",
				"force-exit.exit-code=-1", "streams.media-types=events",
				"streams.media-types=text/event-stream;charset=utf-8", "streams.media-types=text/*",
				"grpc.endless-methods=test.Chat", "grpc.endless-methods=/test.Chat/Join", "grpc.endless-methods=**",
				"grpc.endless-methods=test.Chat/Join/more", "grpc.endless-methods=test.Chat/ Join" })
		void aValueThatMakesNoSenseStopsTheStart(String property) {
			String key = "graceful.shutdown." + property.substring(0, property.indexOf('='));
			this.contextRunner.withPropertyValues("graceful.shutdown." + property).run((context) -> {
				assertThat(context).hasFailed();
				assertThat(context.getStartupFailure()).rootCause()
					.isInstanceOfSatisfying(InvalidConfigurationPropertyValueException.class,
							(ex) -> assertThat(ex.getName()).isEqualTo(key));
			});
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class GateConfiguration {

		private static final DrainGate GATE = new DrainGate();

		@Bean
		DrainGate gate() {
			return GATE;
		}

	}

}
