package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;
import org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Tests for {@link ExecutorsLifecycle}. */
@ExtendWith(OutputCaptureExtension.class)
class ExecutorsLifecycleTests {

	private final StepFixture fixture = new StepFixture();

	private final GracefulShutdownProperties.Executors settings = new GracefulShutdownProperties.Executors();

	private final CountDownLatch begun = new CountDownLatch(1);

	private final CountDownLatch end = new CountDownLatch(1);

	private final AtomicInteger done = new AtomicInteger();

	@AfterEach
	void close() {
		this.end.countDown();
		this.fixture.close();
	}

	@Test
	void runWhatWaitsAndRefuseWhatIsNew(CapturedOutput output) throws InterruptedException {
		ExecutorService plain = Executors.newSingleThreadExecutor();
		ThreadPoolTaskExecutor pool = new ThreadPoolTaskExecutor();
		pool.setCorePoolSize(1);
		pool.initialize();
		register("plain", plain);
		register("pool", pool);
		plain.execute(this::waitForEnd);
		this.begun.await();
		for (int i = 0; i < 3; i++) {
			plain.execute(this.done::incrementAndGet);
			pool.execute(this.done::incrementAndGet);
		}
		CompletableFuture<Void> stopped = stop();
		assertThat(stopped).isNotDone();
		this.end.countDown();
		StepFixture.get(stopped);
		assertThat(this.done).hasValue(6);
		assertThatExceptionOfType(RejectedExecutionException.class).isThrownBy(() -> plain.execute(() -> {
		}));
		assertThat(output).contains("2 of 2 executors have run all their tasks");
	}

	@Test
	void nameWhatIsDroppedWhenTheTimeIsOver(CapturedOutput output) throws InterruptedException {
		this.settings.setTimeout(Duration.ofMillis(50));
		ExecutorService plain = Executors.newSingleThreadExecutor();
		register("plain", plain);
		plain.execute(this::waitForEnd);
		this.begun.await();
		plain.execute(new NamedTask());
		StepFixture.get(stop());
		assertThat(output).contains("Executor 'plain' has not ended within 50 ms")
			.contains("1 dropped that had not begun [a named task]")
			.contains("0 of 1 executors have run all their tasks");
	}

	@Test
	void waitForTasksThatHaveNoPool(CapturedOutput output) throws InterruptedException {
		CompletableFuture<Void> stopped = stopWithATaskThatHasNoPool();
		assertThat(stopped).isNotDone();
		this.end.countDown();
		StepFixture.get(stopped);
		assertThat(output).contains("1 of 1 executors have run all their tasks");
	}

	@Test
	void leaveTheResourcesTheirTime(CapturedOutput output) throws InterruptedException {
		this.settings.setTimeout(Duration.ofSeconds(30));
		CompletableFuture<Void> stopped = stopWithATaskThatHasNoPool();
		this.fixture.time.advance(Duration.ofMillis(22_500));
		StepFixture.get(stopped);
		assertThat(output).contains("Executor 'simple' has not ended within 22500 ms");
	}

	@Test
	void nameTheThreadsOfTasksThatHaveNoPool(CapturedOutput output) throws InterruptedException {
		this.settings.setTimeout(Duration.ofMillis(50));
		CompletableFuture<Void> stopped = stopWithATaskThatHasNoPool();
		this.fixture.time.advance(Duration.ofMillis(50));
		StepFixture.get(stopped);
		assertThat(output).contains("Executor 'simple' has not ended within 50 ms: its 1 tasks were interrupted, "
				+ "on threads [SimpleAsyncTaskExecutor-1]");
	}

	private SimpleAsyncTaskExecutor simple(String name) {
		GenericApplicationContext context = new GenericApplicationContext();
		context.registerBean(GracefulShutdownProperties.class);
		context.refresh();
		SimpleAsyncTaskExecutor simple = new SimpleAsyncTaskExecutor();
		new TrackedThreads(context.getBeanProvider(GracefulShutdownProperties.class))
			.postProcessBeforeInitialization(simple, name);
		context.close();
		register(name, simple);
		return simple;
	}

	@Test
	void doNotWaitForWhatIsDueOneDay() {
		ThreadPoolTaskScheduler scheduler = new ThreadPoolTaskScheduler();
		scheduler.initialize();
		register("scheduler", scheduler);
		ScheduledFuture<?> oneDay = scheduler.getScheduledThreadPoolExecutor().schedule(() -> {
		}, 1, TimeUnit.DAYS);
		StepFixture.get(stop());
		assertThat(oneDay.isCancelled()).isTrue();
		assertThat(scheduler.getScheduledThreadPoolExecutor().isTerminated()).isTrue();
	}

	@Test
	void areLeftToTheContainerIfExcluded() {
		this.settings.setExclude(List.of("plain"));
		ExecutorService plain = Executors.newSingleThreadExecutor();
		register("plain", plain);
		StepFixture.get(stop());
		assertThat(plain.isShutdown()).isFalse();
		plain.shutdown();
	}

	@Test
	void goOnWhenTheContextDoesNotClose() {
		ExecutorService plain = Executors.newSingleThreadExecutor();
		register("plain", plain);
		StepFixture.get(this.fixture.stop(lifecycle()));
		assertThat(plain.isShutdown()).isFalse();
		plain.shutdown();
	}

	private void waitForEnd() {
		this.begun.countDown();
		try {
			this.end.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private void register(String name, Object executor) {
		this.fixture.context.getBeanFactory().registerSingleton(name, executor);
	}

	private CompletableFuture<Void> stopWithATaskThatHasNoPool() throws InterruptedException {
		SimpleAsyncTaskExecutor simple = simple("simple");
		simple.execute(this::waitForEnd);
		this.begun.await();
		CompletableFuture<Void> stopped = stop();
		Awaitility.await().until(() -> !simple.isActive());
		return stopped;
	}

	private CompletableFuture<Void> stop() {
		this.fixture.state.beginClose();
		return Background.call(() -> StepFixture.get(this.fixture.stop(lifecycle())));
	}

	private ExecutorsLifecycle lifecycle() {
		return new ExecutorsLifecycle(this.fixture.state, this.fixture.time, this.fixture.context.getBeanFactory(),
				new WaitingThreads(this.fixture.gate), this.fixture.guests, this.settings);
	}

	private static final class NamedTask implements Runnable {

		@Override
		public void run() {
		}

		@Override
		public String toString() {
			return "a named task";
		}

	}

}
