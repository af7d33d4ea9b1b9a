package io.github.gracefulshutdown.autoconfigure.caller;

import java.util.Objects;

import io.github.gracefulshutdown.autoconfigure.GracefulShutdownAutoConfiguration;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Tests for {@link CallerAutoConfiguration}. */
class CallerAutoConfigurationTests {

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner().withConfiguration(
			AutoConfigurations.of(GracefulShutdownAutoConfiguration.class, CallerAutoConfiguration.class));

	@Test
	void callsAreKnownByDefault() {
		this.contextRunner.run((context) -> assertThat(context).hasSingleBean(Calls.class));
	}

	@ParameterizedTest
	@CsvSource({ "graceful.shutdown.caller.enabled", "graceful.shutdown.enabled" })
	void offByProperty(String property) {
		this.contextRunner.withPropertyValues(property + "=false")
			.run((context) -> assertThat(context).doesNotHaveBean(Calls.class).doesNotHaveBean(CallerMetrics.class));
	}

	@Test
	void noMetersWithoutMicrometer() {
		this.contextRunner.withClassLoader(new FilteredClassLoader(MeterRegistry.class.getPackageName()))
			.run((context) -> assertThat(context).hasSingleBean(Calls.class)
				.hasNotFailed()
				.doesNotHaveBean(CallerMetrics.class));
	}

	@Test
	void metersCountWhatBecomesOfCalls() {
		this.contextRunner.run((context) -> {
			Calls calls = context.getBean(Calls.class);
			calls.begin("before");
			MeterRegistry registry = new SimpleMeterRegistry();
			context.getBean(CallerMetrics.class).bindTo(registry);
			Call call = calls.begin("orders");
			call.goesTo(new CalledInstance("orders", "a:80", "one"));
			call.isRefusedBy(new Notice(true, "one"));
			call.retries(true);
			call.retries(false);
			call.retries(false);
			assertThat(count(registry, "evicted", "orders")).isOne();
			assertThat(count(registry, "retried", "orders")).isOne();
			assertThat(count(registry, "retry.exhausted", "orders")).isEqualTo(2);
			assertThat(count(registry, "evicted", "before")).isZero();
		});
	}

	@Test
	void servicesWithoutEndShareMeters() {
		CalledServices services = new CalledServices(0.2);
		for (int service = 0; service < 2 * CalledServices.MOST; service++) {
			services.get("service-" + service);
		}
		assertThat(services.get("one more")).isSameAs(services.get("another"));
		assertThat(services.get("service-0").name()).isEqualTo("service-0");
	}

	@ParameterizedTest
	@CsvSource({ "eviction-time, -1s", "eviction-time, 2d", "retry.max-instances, 0", "retry.budget, -0.1",
			"retry.budget, 1.1", "retry.budget, NaN", "retry.max-body-size, -1B", "retry.max-body-size, 3GB" })
	void aValueThatMakesNoSenseStopsTheStart(String key, String value) {
		this.contextRunner.withPropertyValues("graceful.shutdown.caller." + key + "=" + value)
			.run((context) -> assertThatExceptionOfType(InvalidConfigurationPropertyValueException.class)
				.isThrownBy(() -> rethrow(context.getStartupFailure()))
				.satisfies((ex) -> assertThat(ex.getName()).isEqualTo("graceful.shutdown.caller." + key)));
	}

	private static void rethrow(@Nullable Throwable failure) throws Throwable {
		Throwable cause = Objects.requireNonNull(failure);
		while (cause.getCause() != null) {
			cause = cause.getCause();
		}
		throw cause;
	}

	private static double count(MeterRegistry registry, String name, String service) {
		return registry.get("graceful.shutdown.caller." + name).tag("service", service).functionCounter().count();
	}

}
