package io.github.gracefulshutdown.autoconfigure.listener;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.gracefulshutdown.DrainGate;
import io.github.gracefulshutdown.Outcome;
import io.github.gracefulshutdown.Stage;
import io.github.gracefulshutdown.WorkInFlight;
import io.github.gracefulshutdown.autoconfigure.GracefulShutdownAutoConfiguration;
import io.github.gracefulshutdown.autoconfigure.ShutdownSequence;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.scheduling.TaskScheduler;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler;
import org.springframework.scheduling.config.ScheduledTaskRegistrar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

/** Tests for {@link ScheduledTasks}. */
class ScheduledTasksTests {

	private static final String POLL = Jobs.class.getName() + ".poll";

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(
				AutoConfigurations.of(GracefulShutdownAutoConfiguration.class, ListenerDrainAutoConfiguration.class))
		.withPropertyValues("graceful.shutdown.lame-duck.maximum=0")
		.withUserConfiguration(JobsConfiguration.class);

	@Test
	void aRunIsInFlightAndNoOtherBeginsFromTheBeginOfADrain() {
		this.contextRunner.run((context) -> {
			Jobs jobs = context.getBean(Jobs.class);
			jobs.awaitBegun(1);
			assertThat(work(context)).extracting(WorkInFlight::kind, WorkInFlight::description)
				.containsExactly(tuple("scheduled", POLL));
			CompletableFuture<Outcome> drained = sequence(context).drain();
			Awaitility.await().until(() -> sequence(context).stage() == Stage.BLOCKING);
			assertThat(drained).isNotDone();
			jobs.release.countDown();
			assertThat(drained.get(10, TimeUnit.SECONDS)).isEqualTo(Outcome.CLEAN);
			int before = jobs.begun.get();
			jobs.others.set(0);
			Awaitility.await().until(() -> jobs.ofTheLibrary.get() > 20); // time passes
			assertThat(jobs.begun).hasValue(before);
			assertThat(jobs.others).hasValueLessThanOrEqualTo(1); // about to run before
			sequence(context).resume();
			jobs.awaitBegun(before + 1);
		});
	}

	@Test
	void noRunBeginsInTheLameDuck() {
		this.contextRunner
			.withPropertyValues("graceful.shutdown.lame-duck.minimum=8s", "graceful.shutdown.lame-duck.maximum=8s")
			.run((context) -> {
				Jobs jobs = context.getBean(Jobs.class);
				jobs.release.countDown();
				Awaitility.await().until(() -> jobs.others.get() > 0);
				CompletableFuture<Outcome> drained = sequence(context).drain();
				Awaitility.await().until(() -> sequence(context).stage() == Stage.LAME_DUCK);
				jobs.others.set(0);
				int before = jobs.ofTheLibrary.get();
				Awaitility.await().until(() -> jobs.ofTheLibrary.get() > before + 20); // time
																						// passes
				assertThat(jobs.others).hasValueLessThanOrEqualTo(1); // was about to run
				sequence(context).resume();
				assertThat(drained).isCompletedExceptionally();
			});
	}

	@Test
	void aMethodThatIsExcludedRunsOnAndIsNotWaitedFor() {
		this.contextRunner.withPropertyValues("graceful.shutdown.listeners.exclude=" + POLL).run((context) -> {
			Jobs jobs = context.getBean(Jobs.class);
			jobs.awaitBegun(1);
			assertThat(sequence(context).drain().get(10, TimeUnit.SECONDS)).isEqualTo(Outcome.CLEAN);
			jobs.release.countDown();
			jobs.awaitBegun(3);
		});
	}

	@Test
	void aMethodRunsWithTheSchedulerThatItAsksFor() {
		this.contextRunner.run((context) -> {
			Jobs jobs = context.getBean(Jobs.class);
			Awaitility.await().until(() -> jobs.others.get() > 0);
			assertThat(jobs.threadOfOthers).startsWith("others-");
			jobs.release.countDown();
		});
	}

	@Test
	void whatRunsOnceIsNotLeftOut() {
		this.contextRunner.run((context) -> {
			context.getBean(Jobs.class).release.countDown();
			assertThat(sequence(context).drain().get(10, TimeUnit.SECONDS)).isEqualTo(Outcome.CLEAN);
			ScheduledTaskRegistrar registrar = new ScheduledTaskRegistrar();
			registrar.setTaskScheduler(context.getBean("othersScheduler", TaskScheduler.class));
			context.getBean(ScheduledTasks.class).configureTasks(registrar);
			CountDownLatch ran = new CountDownLatch(1);
			ScheduledFuture<?> run = Objects.requireNonNull(registrar.getScheduler())
				.schedule(ran::countDown, Instant.now());
			assertThat(run.isCancelled()).isFalse();
			assertThat(ran.await(10, TimeUnit.SECONDS)).isTrue();
		});
	}

	private static List<WorkInFlight> work(AssertableApplicationContext context) {
		return context.getBean(DrainGate.class)
			.workInFlight()
			.stream()
			.filter((work) -> work.description().equals(POLL))
			.toList();
	}

	private static ShutdownSequence sequence(AssertableApplicationContext context) {
		return context.getBean(ShutdownSequence.class);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableScheduling
	static class JobsConfiguration {

		@Bean
		Jobs jobs() {
			return new Jobs();
		}

		@Bean
		ThreadPoolTaskScheduler taskScheduler() {
			return new ThreadPoolTaskScheduler();
		}

		@Bean
		ThreadPoolTaskScheduler othersScheduler() {
			ThreadPoolTaskScheduler scheduler = new ThreadPoolTaskScheduler();
			scheduler.setThreadNamePrefix("others-");
			return scheduler;
		}

		/** Schedules as a library does that does not ask the registrar. */
		@Bean
		ScheduledFuture<?> ofTheLibrary(ThreadPoolTaskScheduler othersScheduler, Jobs jobs) {
			return othersScheduler.scheduleWithFixedDelay(jobs.ofTheLibrary::incrementAndGet, Duration.ofMillis(10));
		}

	}

	static final class Jobs {

		private final AtomicInteger begun = new AtomicInteger();

		private final AtomicInteger others = new AtomicInteger();

		private final AtomicInteger ofTheLibrary = new AtomicInteger();

		private final CountDownLatch release = new CountDownLatch(1);

		private volatile String threadOfOthers = "";

		@Scheduled(fixedDelay = 10)
		void poll() throws InterruptedException {
			this.begun.incrementAndGet();
			this.release.await();
		}

		@Scheduled(fixedRate = 10, scheduler = "othersScheduler")
		void other() {
			this.threadOfOthers = Thread.currentThread().getName();
			this.others.incrementAndGet();
		}

		private void awaitBegun(int runs) {
			Awaitility.await().until(() -> this.begun.get() >= runs);
		}

	}

}
