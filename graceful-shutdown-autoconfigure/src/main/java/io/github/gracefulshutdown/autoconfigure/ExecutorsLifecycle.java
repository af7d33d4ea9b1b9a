package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;
import org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler;

/**
 * Has the executors of the application refuse new tasks and run those that wait, all at
 * the same time, and says which tasks were dropped when the time is over. Whatever is in
 * flight needs them no more, and the container has not begun to stop them.
 */
final class ExecutorsLifecycle extends AbstractStepLifecycle {

	// The container stops its executors at Integer.MAX_VALUE / 2.
	static final int PHASE = Integer.MAX_VALUE / 2 + 1;

	private static final Logger logger = LoggerFactory.getLogger(ExecutorsLifecycle.class);

	private static final int LIMIT = 20;

	private final ConfigurableListableBeanFactory beanFactory;

	private final GuestRunner guests;

	private final Duration timeout;

	private final Set<String> excluded;

	ExecutorsLifecycle(ShutdownState state, TimeSource time, ConfigurableListableBeanFactory beanFactory,
			GuestRunner guests, GracefulShutdownProperties.Executors settings) {
		super("executors", PHASE, state, time);
		this.beanFactory = beanFactory;
		this.guests = guests;
		this.timeout = settings.getTimeout();
		this.excluded = Set.copyOf(settings.getExclude());
	}

	/** Acts only when the context closes: an executor that is shut down stays so. */
	@Override
	@Nullable Drain drainToStopFor() {
		return (state().isClosing() && !executors().isEmpty()) ? super.drainToStopFor() : null;
	}

	@Override
	public void stop(Runnable callback) {
		stopAndWait();
		callback.run();
	}

	@Override
	CompletableFuture<String> perform(Drain drain) {
		Deadline deadline = Objects.requireNonNull(state().deadline())
			.earlier(Duration.ofNanos(state().lateTeardownNanos()));
		Duration bound = deadline.atMost(this.timeout);
		List<CompletableFuture<Boolean>> ends = new ArrayList<>();
		executors().forEach((name, executor) -> ends.add(end(name, executor, bound)));
		return CompletableFuture.allOf(ends.toArray(CompletableFuture[]::new))
			.thenApply((all) -> "%d of %d executors have run all their tasks"
				.formatted(ends.stream().filter(CompletableFuture::join).count(), ends.size()));
	}

	/** Returns the executors by name, those without a pool and those with one. */
	private Map<String, Object> executors() {
		Map<String, Object> executors = new LinkedHashMap<>();
		for (String name : this.beanFactory.getSingletonNames()) {
			@Nullable Object bean = this.beanFactory.getSingleton(name);
			@Nullable Object executor = (bean instanceof SimpleAsyncTaskExecutor) ? bean : executorOf(bean);
			if (executor != null && executor != ForkJoinPool.commonPool() && !this.excluded.contains(name)) {
				executors.put(name, executor);
			}
		}
		return executors;
	}

	static @Nullable ExecutorService executorOf(@Nullable Object bean) {
		if (bean instanceof ThreadPoolTaskExecutor executor) {
			return executor.getThreadPoolExecutor();
		}
		if (bean instanceof ThreadPoolTaskScheduler scheduler) {
			return scheduler.getScheduledThreadPoolExecutor();
		}
		return (bean instanceof ExecutorService executor) ? executor : null;
	}

	private CompletableFuture<Boolean> end(String name, Object executor, Duration bound) {
		return (executor instanceof SimpleAsyncTaskExecutor simple) ? close(name, simple, bound)
				: shutDown(name, (ExecutorService) executor, bound);
	}

	/** Closes an executor, which waits for its tasks until it is interrupted. */
	private CompletableFuture<Boolean> close(String name, SimpleAsyncTaskExecutor executor, Duration bound) {
		return this.guests.run("executors", bound, () -> {
			// Longer than it has: it is interrupted when the bound has passed.
			TrackedThreads.waitFor(executor, bound.multipliedBy(2));
			executor.close();
			return true;
		}).exceptionally((ex) -> {
			if (ex instanceof TimeoutException) {
				List<String> threads = TrackedThreads.namesOf(executor);
				logger.warn("Executor '{}' has not ended within {} ms: its {} tasks were interrupted, on threads {}",
						name, bound.toMillis(), threads.size(), threads.stream().limit(LIMIT).toList());
			}
			else {
				couldNotShutDown(name, ex);
			}
			return false;
		});
	}

	private CompletableFuture<Boolean> shutDown(String name, ExecutorService executor, Duration bound) {
		return this.guests.run("executors", bound.plusMillis(100), () -> {
			if (executor instanceof ScheduledThreadPoolExecutor scheduled) {
				// What is due one day is not what waits for a thread.
				scheduled.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
			}
			executor.shutdown();
			boolean ended = executor.awaitTermination(bound.toNanos(), TimeUnit.NANOSECONDS);
			if (!ended) {
				List<Runnable> dropped = executor.shutdownNow();
				logger.warn(
						"Executor '{}' has not ended within {} ms: its tasks were interrupted, and {} dropped that "
								+ "had not begun {}",
						name, bound.toMillis(), dropped.size(), dropped.stream().limit(LIMIT).toList());
			}
			return ended;
		}).exceptionally((ex) -> {
			couldNotShutDown(name, ex);
			return false;
		});
	}

	private static void couldNotShutDown(String name, Throwable failure) {
		logger.warn("Could not shut executor '{}' down; the shutdown goes on", name, failure);
	}

}
