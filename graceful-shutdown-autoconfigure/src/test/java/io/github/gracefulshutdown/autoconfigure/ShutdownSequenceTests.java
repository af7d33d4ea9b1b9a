package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.gracefulshutdown.DrainGate;
import io.github.gracefulshutdown.Outcome;
import io.github.gracefulshutdown.Permit;
import io.github.gracefulshutdown.Stage;
import io.github.gracefulshutdown.TeardownResource;
import org.HdrHistogram.Histogram;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.support.DefaultLifecycleProcessor;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.PriorityOrdered;
import org.springframework.core.annotation.Order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Tests for {@link ShutdownSequence} in a context. */
@ExtendWith(OutputCaptureExtension.class)
class ShutdownSequenceTests {

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(GracefulShutdownAutoConfiguration.class))
		.withPropertyValues("graceful.shutdown.lame-duck.maximum=0");

	@Test
	void theCloseWaitsForWorkInFlightBeforeAnythingElseHearsOfIt() {
		List<String> order = new CopyOnWriteArrayList<>();
		this.contextRunner
			.withBean("listener", ClosedListener.class, () -> new ClosedListener(() -> order.add("other listener")))
			.withBean("lifecycle", FirstPhaseLifecycle.class, () -> new FirstPhaseLifecycle(order))
			.withBean("resource", TeardownResource.class, () -> () -> order.add("resource"))
			.run((context) -> {
				Permit permit = enter(context);
				CompletableFuture<Void> closed = Background.run(context::close);
				Awaitility.await().until(() -> sequence(context).stage() == Stage.BLOCKING);
				assertThat(gate(context).tryEnter("http", "GET /")).isNull();
				order.add("work");
				permit.close();
				StepFixture.get(closed);
				assertThat(order).containsExactly("work", "other listener", "lifecycle", "resource");
			});
	}

	@Test
	void resourcesAreReleasedInTheOrderOfTheirBeanMethods(CapturedOutput output) {
		this.contextRunner.withUserConfiguration(ResourceConfiguration.class)
			.run(ConfigurableApplicationContext::close);
		assertThat(output).containsPattern(
				"released 3 of 3 resources \\[connections \\(\\d+ ms\\), index \\(\\d+ ms\\), files \\(\\d+ ms\\)]");
	}

	@Test
	void theOutcomeIsSummedUpInOneLine(CapturedOutput output) {
		this.contextRunner.run(ConfigurableApplicationContext::close);
		assertThat(output.toString().lines().filter((line) -> line.contains("Graceful shutdown ended"))).singleElement()
			.asString()
			.matches(".*Graceful shutdown ended CLEAN after \\d+ ms: deregistration \\d+ ms, lame duck \\d+ ms, "
					+ "blocker \\d+ ms, drain \\d+ ms, teardown \\d+ ms; 0 stragglers, 0 rejected, 0 left in flight");
	}

	@Test
	void aRequestedDrainIsOneHoweverOftenItIsRequested() {
		this.contextRunner.run((context) -> {
			Permit permit = enter(context);
			CompletableFuture<Outcome> first = sequence(context).drain();
			CompletableFuture<Outcome> second = sequence(context).drain();
			assertThat(sequence(context).stage()).isNotEqualTo(Stage.SERVING);
			Awaitility.await().until(() -> sequence(context).stage() == Stage.BLOCKING);
			assertThat(first).isNotDone();
			permit.close();
			assertThat(StepFixture.get(first)).isEqualTo(Outcome.CLEAN);
			assertThat(StepFixture.get(second)).isEqualTo(Outcome.CLEAN);
			assertThat(sequence(context).stage()).isEqualTo(Stage.DRAINED);
			assertThat(StepFixture.get(sequence(context).drain())).isEqualTo(Outcome.CLEAN);
		});
	}

	@Test
	void aDrainedInstanceServesAgainWhenResumedAndDrainsAgain() {
		this.contextRunner.run((context) -> {
			for (int i = 0; i < 3; i++) {
				StepFixture.get(sequence(context).drain());
				assertThat(gate(context).tryEnter("http", "GET /")).isNull();
				assertThat(sequence(context).resume()).isTrue();
				assertThat(sequence(context).stage()).isEqualTo(Stage.SERVING);
				assertThat(sequence(context).status().remaining()).isNull();
				enter(context).close();
			}
		});
	}

	@Test
	void aDrainUnderWayIsCutShortWhenResumed() {
		this.contextRunner.run((context) -> {
			Permit permit = enter(context);
			CompletableFuture<Outcome> drained = sequence(context).drain();
			Awaitility.await().until(() -> sequence(context).stage() == Stage.BLOCKING);
			assertThat(sequence(context).resume()).isTrue();
			assertThat(drained).isCompletedExceptionally();
			assertThat(sequence(context).stage()).isEqualTo(Stage.SERVING);
			enter(context).close();
			permit.close();
			assertThat(gate(context).inFlight()).isZero();
		});
	}

	@Test
	void resumeOfAServingInstanceDoesNothing() {
		this.contextRunner.run((context) -> {
			assertThat(sequence(context).resume()).isTrue();
			assertThat(sequence(context).stage()).isEqualTo(Stage.SERVING);
		});
	}

	@Test
	void resumeIsTooLateWhileTheContextCloses() {
		this.contextRunner.run((context) -> {
			Permit permit = enter(context);
			CompletableFuture<Void> closed = Background.run(context::close);
			Awaitility.await().until(() -> sequence(context).stage() == Stage.BLOCKING);
			assertThat(sequence(context).resume()).isFalse();
			assertThat(gate(context).tryEnter("http", "GET /")).isNull();
			permit.close();
			StepFixture.get(closed);
		});
	}

	@Test
	void theCloseJoinsARequestedDrain(CapturedOutput output) {
		this.contextRunner.run((context) -> {
			Permit permit = enter(context);
			CompletableFuture<Outcome> drained = sequence(context).drain();
			Awaitility.await().until(() -> sequence(context).stage() == Stage.BLOCKING);
			CompletableFuture<Void> closed = Background.run(context::close);
			Awaitility.await().until(() -> context.getBean(ShutdownState.class).isClosing());
			assertThat(closed).isNotDone();
			permit.close();
			StepFixture.get(closed);
			assertThat(StepFixture.get(drained)).isEqualTo(Outcome.CLEAN);
			assertThat(output.toString().lines().filter((line) -> line.contains("Step 'drain'"))).hasSize(1);
		});
	}

	@Test
	void theCloseOfAChildContextStartsNothing() {
		this.contextRunner.run((context) -> {
			GenericApplicationContext child = new GenericApplicationContext(context);
			child.refresh();
			child.close();
			assertThat(sequence(context).stage()).isEqualTo(Stage.SERVING);
			enter(context).close();
		});
	}

	@Test
	void aStopOfTheContextNeitherWaitsNorClosesTheGate() {
		this.contextRunner.run((context) -> {
			Permit permit = enter(context);
			context.stop();
			assertThat(context.getBean(DrainLifecycle.class).isRunning()).isFalse();
			assertThat(sequence(context).stage()).isEqualTo(Stage.SERVING);
			enter(context).close();
			context.start();
			assertThat(context.getBean(DrainLifecycle.class).isRunning()).isTrue();
			assertThat(sequence(context).stage()).isEqualTo(Stage.SERVING);
			permit.close();
		});
	}

	@Test
	void aStopOfTheContextDoesNotWaitForADrainUnderWay(CapturedOutput output) {
		this.contextRunner.run((context) -> {
			Permit permit = enter(context);
			CompletableFuture<Outcome> drained = sequence(context).drain();
			Awaitility.await()
				.until(() -> context.getBean(DrainLifecycle.class).isRunning()
						&& !context.getBean(RequestBlockerLifecycle.class).isRunning());
			context.stop();
			assertThat(drained).isNotDone();
			permit.close();
			assertThat(StepFixture.get(drained)).isEqualTo(Outcome.CLEAN);
		});
		assertThat(output.toString().lines().filter((line) -> line.contains("Step 'drain'"))).hasSize(1);
	}

	@Test
	void aStopOfTheContextLeavesTheStepsToADrainUnderWay(CapturedOutput output) {
		CountDownLatch stopped = new CountDownLatch(1);
		this.contextRunner.withBean(StageListener.class, () -> new StageListener((event) -> hold(event, stopped)))
			.run((context) -> {
				Permit permit = enter(context);
				CompletableFuture<Outcome> drained = sequence(context).drain();
				Awaitility.await().until(() -> sequence(context).stage() == Stage.BLOCKING);
				context.stop();
				stopped.countDown();
				Awaitility.await()
					.during(Duration.ofMillis(300))
					.until(() -> context.getBean(DrainLifecycle.class).isRunning() && !drained.isDone());
				permit.close();
				assertThat(StepFixture.get(drained)).isEqualTo(Outcome.CLEAN);
			});
		assertThat(output.toString().lines().filter((line) -> line.contains("Step 'drain'"))).hasSize(1)
			.allMatch((line) -> line.contains("1 of 1"));
	}

	private static void hold(StageChangedEvent event, CountDownLatch release) {
		if (event.getStage() == Stage.BLOCKING) {
			try {
				release.await();
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}
	}

	@Test
	void theStepsAreDoneInTheirPhasesWhenAListenerThatIsNoBeanKeptTheSequenceFromHearingOfTheClose(
			CapturedOutput output) {
		this.contextRunner
			.withBean("lifecycleProcessor", DefaultLifecycleProcessor.class, ShutdownSequenceTests::impatientProcessor)
			.withInitializer((context) -> context.addApplicationListener(new FirstListener()))
			.run((context) -> {
				Permit permit = enter(context);
				CompletableFuture<Void> closed = Background.run(context::close);
				Awaitility.await().until(() -> sequence(context).stage() == Stage.BLOCKING);
				assertThatExceptionOfType(TimeoutException.class)
					.isThrownBy(() -> closed.get(300, TimeUnit.MILLISECONDS));
				permit.close();
				StepFixture.get(closed);
			});
		assertThat(output).contains("Graceful shutdown ended CLEAN");
	}

	@Test
	void theContextsOfAHierarchyDrainEachByItself() {
		List<String> released = new CopyOnWriteArrayList<>();
		this.contextRunner.withBean("parentResource", TeardownResource.class, () -> () -> released.add("parent"))
			.run((parent) -> {
				this.contextRunner.withParent(parent)
					.withBean("childResource", TeardownResource.class, () -> () -> released.add("child"))
					.run((child) -> {
						assertThat(gate(child)).isNotSameAs(gate(parent));
						child.close();
					});
				assertThat(released).containsExactly("child");
				assertThat(sequence(parent).stage()).isEqualTo(Stage.SERVING);
				enter(parent).close();
			});
		assertThat(released).containsExactly("child", "parent");
	}

	@Test
	void theTimeoutOfThePhaseDoesNotCutTheTeardownOff(CapturedOutput output) {
		CountDownLatch admit = new CountDownLatch(1);
		this.contextRunner
			.withBean("lifecycleProcessor", DefaultLifecycleProcessor.class, ShutdownSequenceTests::impatientProcessor)
			.withBean("slow", TeardownResource.class, () -> admit::await)
			.run((context) -> {
				CompletableFuture<Void> closed = Background.run(context::close);
				Awaitility.await().until(() -> sequence(context).stage() == Stage.DRAINED);
				assertThatExceptionOfType(TimeoutException.class)
					.isThrownBy(() -> closed.get(300, TimeUnit.MILLISECONDS));
				admit.countDown();
				StepFixture.get(closed);
			});
		assertThat(output).contains("released 1 of 1 resources [slow");
	}

	private static DefaultLifecycleProcessor impatientProcessor() {
		DefaultLifecycleProcessor processor = new DefaultLifecycleProcessor();
		processor.setTimeoutPerShutdownPhase(50);
		return processor;
	}

	@Test
	void aListenerThatThrowsDoesNotStopTheClose(CapturedOutput output) {
		AtomicInteger heard = new AtomicInteger();
		this.contextRunner.withBean("throwing", StageListener.class, () -> new StageListener((event) -> {
			heard.incrementAndGet();
			throw new IllegalStateException("listener broken");
		})).run(ConfigurableApplicationContext::close);
		assertThat(heard).hasValue(4);
		assertThat(output).contains("listener broken").contains("Graceful shutdown ended CLEAN");
	}

	@Test
	void statusTellsWhatIsInFlightAndWhatHoldsTheDrainUp() {
		this.contextRunner.run((context) -> {
			Permit permit = enter(context);
			assertThat(sequence(context).status()).isEqualTo(
					new ShutdownStatus(Stage.SERVING, null, Map.of("http", 1L), null, List.of(), List.of(), null));
			CompletableFuture<Outcome> drained = sequence(context).drain();
			Awaitility.await().until(() -> sequence(context).stage() == Stage.BLOCKING);
			ShutdownStatus status = sequence(context).status();
			assertThat(status.remaining()).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(25));
			assertThat(status.waitingFor()).singleElement().asString().startsWith("http GET / for ");
			permit.close();
			StepFixture.get(drained);
			assertThat(sequence(context).status().outcome()).isEqualTo(Outcome.CLEAN);
		});
	}

	/** Measured, not asserted: what is asserted is that it takes no timer to wake up. */
	@Test
	void theDrainEndsWithTheLastPermit() {
		Histogram micros = new Histogram(3);
		this.contextRunner.run((context) -> {
			for (int i = 0; i < 100; i++) {
				Permit permit = enter(context);
				CompletableFuture<Outcome> drained = sequence(context).drain();
				Awaitility.await()
					.pollDelay(Duration.ZERO)
					.pollInterval(Duration.ofMillis(1))
					.until(() -> context.getBean(DrainLifecycle.class).isRunning()
							&& sequence(context).stage() == Stage.BLOCKING);
				long releasedNanos = System.nanoTime();
				permit.close();
				StepFixture.get(drained);
				micros.recordValue(TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - releasedNanos));
				sequence(context).resume();
			}
		});
		System.out.printf("From the last permit to the end of the drain: median %d us, 99%% %d us, maximum %d us%n",
				micros.getValueAtPercentile(50), micros.getValueAtPercentile(99), micros.getMaxValue());
	}

	@Test
	void anIdleInstanceThatToldNobodyHasNoLameDuckByDefault(CapturedOutput output) {
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(GracefulShutdownAutoConfiguration.class))
			.run(ConfigurableApplicationContext::close);
		assertThat(output).containsPattern("Step 'lame duck' took \\d{1,3} ms: quiet");
	}

	private static Permit enter(ConfigurableApplicationContext context) {
		return Objects.requireNonNull(gate(context).tryEnter("http", "GET /"));
	}

	private static DrainGate gate(ConfigurableApplicationContext context) {
		return context.getBean(DrainGate.class);
	}

	private static ShutdownSequence sequence(ConfigurableApplicationContext context) {
		return context.getBean(ShutdownSequence.class);
	}

	@Configuration(proxyBeanMethods = false)
	static class ResourceConfiguration {

		@Bean
		@Order(3)
		TeardownResource files() {
			return () -> {
			};
		}

		@Bean
		@Order(1)
		TeardownResource connections() {
			return () -> {
			};
		}

		@Bean
		@Order(2)
		TeardownResource index() {
			return () -> {
			};
		}

	}

	private record ClosedListener(Runnable action) implements ApplicationListener<ContextClosedEvent>, PriorityOrdered {

		@Override
		public int getOrder() {
			return HIGHEST_PRECEDENCE;
		}

		@Override
		public void onApplicationEvent(ContextClosedEvent event) {
			this.action.run();
		}

	}

	static final class FirstListener implements ApplicationListener<ContextClosedEvent>, PriorityOrdered {

		@Override
		public int getOrder() {
			return HIGHEST_PRECEDENCE;
		}

		@Override
		public void onApplicationEvent(ContextClosedEvent event) {
			throw new IllegalStateException("the first listener is broken");
		}

	}

	private interface Action {

		void run(StageChangedEvent event);

	}

	private record StageListener(Action action) implements ApplicationListener<StageChangedEvent> {

		@Override
		public void onApplicationEvent(StageChangedEvent event) {
			this.action.run(event);
		}

	}

	/** Stops in the very first phase, as gRPC servers and message listeners do. */
	private static final class FirstPhaseLifecycle implements SmartLifecycle {

		private final List<String> order;

		private volatile boolean running;

		FirstPhaseLifecycle(List<String> order) {
			this.order = order;
		}

		@Override
		public void start() {
			this.running = true;
		}

		@Override
		public void stop() {
			this.order.add("lifecycle");
			this.running = false;
		}

		@Override
		public boolean isRunning() {
			return this.running;
		}

	}

}
