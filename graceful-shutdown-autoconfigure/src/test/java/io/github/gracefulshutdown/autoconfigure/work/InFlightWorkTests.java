package io.github.gracefulshutdown.autoconfigure.work;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

import io.github.gracefulshutdown.DrainGate;
import io.github.gracefulshutdown.GateClosedException;
import io.github.gracefulshutdown.InFlightWork;
import io.github.gracefulshutdown.Permit;
import io.github.gracefulshutdown.WorkInFlight;
import io.github.gracefulshutdown.autoconfigure.GracefulShutdownAutoConfiguration;
import io.github.gracefulshutdown.autoconfigure.metrics.ShutdownMetricsAutoConfiguration;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;
import reactor.util.context.Context;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Tests for {@link InFlightWork}. */
class InFlightWorkTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(10);

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(GracefulShutdownAutoConfiguration.class,
				InFlightWorkAutoConfiguration.class, ShutdownMetricsAutoConfiguration.class))
		.withPropertyValues("graceful.shutdown.lame-duck.maximum=0", "graceful.shutdown.drain.timeout=0")
		.withUserConfiguration(JobsConfiguration.class);

	@Test
	void aMethodIsInFlightWhileItRuns() {
		this.contextRunner.run((context) -> {
			assertThat(jobs(context).run()).isEqualTo("1 import, Jobs.run");
			assertThat(gate(context).inFlight()).isZero();
		});
	}

	@Test
	void aMethodThatThrowsIsInFlightNoMore() {
		this.contextRunner.run((context) -> {
			assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> jobs(context).fail());
			assertThat(gate(context).inFlight()).isZero();
		});
	}

	@Test
	void aMethodMarkedInAnInterfaceIsInFlightToo() {
		this.contextRunner.run((context) -> assertThat(context.getBean(Report.class).inFlight()).isOne());
	}

	@Test
	void aClosedGateRefusesAMethodWithAReason() {
		this.contextRunner.run((context) -> {
			gate(context).close();
			assertThatExceptionOfType(GateClosedException.class).isThrownBy(() -> jobs(context).run())
				.withMessageContaining("import 'InFlightWorkTests.Jobs.run' was not begun");
		});
	}

	@Test
	void aClosedGateLetsAMethodRunThatARequestInFlightCalls() {
		this.contextRunner.run((context) -> {
			Permit request = gate(context).tryEnter("http", "POST /import");
			assertThat(request).isNotNull();
			gate(context).close();
			assertThat(jobs(context).run()).startsWith("1 import");
		});
	}

	@Test
	void aStageIsInFlightUntilItCompletes() {
		this.contextRunner.run((context) -> {
			CompletableFuture<String> result = new CompletableFuture<>();
			CompletableFuture<String> returned = jobs(context).stage(result);
			assertThat(gate(context).inFlight("import")).isOne();
			result.complete("done");
			assertThat(returned).isCompletedWithValue("done");
			assertThat(gate(context).inFlight()).isZero();
		});
	}

	@Test
	void anAsyncMethodIsInFlightWhileItRunsOnItsThread() {
		this.contextRunner
			.run((context) -> assertThat(jobs(context).async().get(10, TimeUnit.SECONDS)).startsWith("1 import"));
	}

	@Test
	void anAsyncMethodThatAClosedGateRefusesFailsItsFuture() {
		this.contextRunner.run((context) -> {
			gate(context).close();
			assertThatExceptionOfType(CompletionException.class).isThrownBy(() -> jobs(context).async().join())
				.withCauseInstanceOf(GateClosedException.class);
		});
	}

	@Test
	void aMonoIsInFlightFromItsSubscriptionUntilItTerminates() {
		this.contextRunner.run((context) -> {
			TestPublisher<String> source = TestPublisher.create();
			Mono<String> mono = jobs(context).mono(source.mono());
			assertThat(gate(context).inFlight()).isZero();
			StepVerifier.create(mono)
				.then(() -> assertThat(gate(context).inFlight("import")).isOne())
				.then(() -> source.emit("done"))
				.expectNext("done")
				.expectComplete()
				.verify(TIMEOUT);
			assertThat(gate(context).inFlight()).isZero();
		});
	}

	@Test
	void aFluxIsInFlightUntilItIsCancelled() {
		this.contextRunner.run((context) -> {
			StepVerifier.create(jobs(context).flux(Flux.just("a", "b").concatWith(Flux.never())))
				.expectNext("a", "b")
				.then(() -> assertThat(gate(context).inFlight("import")).isOne())
				.thenCancel()
				.verify(TIMEOUT);
			assertThat(gate(context).inFlight()).isZero();
		});
	}

	@Test
	void aClosedGateRefusesASubscription() {
		this.contextRunner.run((context) -> {
			Mono<String> mono = jobs(context).mono(Mono.just("done"));
			gate(context).close();
			StepVerifier.create(mono).expectError(GateClosedException.class).verify(TIMEOUT);
		});
	}

	@Test
	void aClosedGateLetsASubscriptionInThatWorkInFlightMakesOnAnyThread() {
		this.contextRunner.run((context) -> {
			Permit request = gate(context).enter("http", "POST /import");
			CompletableFuture<Void> drained = gate(context).drained();
			gate(context).close();
			Mono<String> nested = jobs(context)
				.mono(jobs(context).flux(Flux.just("a", "b")).count().map((count) -> count + " " + inFlight(context)));
			StepVerifier.create(nested.subscribeOn(Schedulers.single()).contextWrite(Context.of(Permit.class, request)))
				.expectNext("2 2")
				.expectComplete()
				.verify(TIMEOUT);
			assertThat(drained).isNotDone();
			request.close();
			assertThat(drained).isCompleted();
			StepVerifier.create(nested.subscribeOn(Schedulers.single()).contextWrite(Context.of(Permit.class, request)))
				.expectError(GateClosedException.class)
				.verify(TIMEOUT);
		});
	}

	private static long inFlight(AssertableApplicationContext context) {
		return gate(context).inFlight();
	}

	@Test
	void everyKindHasAGauge() {
		this.contextRunner.run((context) -> {
			SimpleMeterRegistry meters = new SimpleMeterRegistry();
			context.getBeansOfType(MeterBinder.class).values().forEach((binder) -> binder.bindTo(meters));
			CompletableFuture<String> running = jobs(context).stage(new CompletableFuture<>());
			assertThat(running).isNotDone();
			assertThat(meters.get("graceful.shutdown.inflight").tag("kind", "import").gauge().value()).isOne();
		});
	}

	@Test
	void nothingIsInFlightWhenTheStarterIsOff() {
		this.contextRunner.withPropertyValues("graceful.shutdown.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(InFlightWorkPostProcessor.class));
	}

	private static Jobs jobs(AssertableApplicationContext context) {
		return context.getBean(Jobs.class);
	}

	private static DrainGate gate(AssertableApplicationContext context) {
		return context.getBean(DrainGate.class);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAsync
	static class JobsConfiguration {

		@Bean
		Jobs jobs(ObjectProvider<DrainGate> gate) {
			return new Jobs(gate);
		}

		@Bean
		Report report(ObjectProvider<DrainGate> gate) {
			return () -> gate.getObject().inFlight("report");
		}

	}

	interface Report {

		@InFlightWork("report")
		long inFlight();

	}

	static class Jobs {

		private final ObjectProvider<DrainGate> gate;

		Jobs(ObjectProvider<DrainGate> gate) {
			this.gate = gate;
		}

		@InFlightWork("import")
		String run() {
			DrainGate gate = this.gate.getObject();
			String last = gate.workInFlight()
				.stream()
				.filter((work) -> work.kind().equals("import"))
				.map(WorkInFlight::description)
				.findFirst()
				.orElse("nothing");
			return gate.inFlight("import") + " import, " + last.replace("InFlightWorkTests.", "");
		}

		@InFlightWork("import")
		void fail() {
			throw new IllegalStateException("no import");
		}

		@InFlightWork("import")
		CompletableFuture<String> stage(CompletableFuture<String> result) {
			return result;
		}

		@Async
		@InFlightWork("import")
		CompletableFuture<String> async() {
			return CompletableFuture.completedFuture(run());
		}

		@InFlightWork("import")
		Mono<String> mono(Mono<String> source) {
			return source;
		}

		@InFlightWork("import")
		Flux<String> flux(Flux<String> source) {
			return source;
		}

	}

}
