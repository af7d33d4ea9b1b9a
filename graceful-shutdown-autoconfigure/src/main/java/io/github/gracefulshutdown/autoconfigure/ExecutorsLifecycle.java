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
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.scheduling.concurrent.ExecutorConfigurationSupport;
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

	private static final Duration BETWEEN_LOOKS = Duration.ofMillis(50);

	private final ConfigurableListableBeanFactory beanFactory;

	private final WaitingThreads waitingThreads;

	private final GuestRunner guests;

	private final Duration timeout;

	private final Set<String> excluded;

	ExecutorsLifecycle(ShutdownState state, TimeSource time, ConfigurableListableBeanFactory beanFactory,
			WaitingThreads waitingThreads, GuestRunner guests, GracefulShutdownProperties.Executors settings) {
		super("executors", PHASE, state, time);
		this.beanFactory = beanFactory;
		this.waitingThreads = waitingThreads;
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
		if (this.waitingThreads.haveClosingWork()) {
			// The server has interrupted its last request, and with it the wait for the
			// phases to come: it is the thread that waits.
			Thread.interrupted();
		}
		stopAndWait();
		callback.run();
	}

	@Override
	CompletableFuture<String> perform(Drain drain) {
		Deadline deadline = Objects.requireNonNull(state().deadline())
			.earlier(Duration.ofNanos(state().lateTeardownNanos()));
		Duration bound = deadline.atMost(this.timeout);
		List<CompletableFuture<Boolean>> ends = new ArrayList<>();
		executors().forEach((name, bean) -> ends.add(end(name, bean, bound)));
		return CompletableFuture.allOf(ends.toArray(CompletableFuture[]::new))
			.thenApply((all) -> "%d of %d executors have run all their tasks"
				.formatted(ends.stream().filter(CompletableFuture::join).count(), ends.size()));
	}

	/** Returns the beans that are or have an executor, by name. */
	private Map<String, Object> executors() {
		Map<String, Object> executors = new LinkedHashMap<>();
		for (String name : this.beanFactory.getSingletonNames()) {
			@Nullable Object bean = this.beanFactory.getSingleton(name);
			@Nullable Object executor = (bean instanceof SimpleAsyncTaskExecutor) ? bean : executorOf(bean);
			if (bean != null && executor != null && executor != ForkJoinPool.commonPool()
					&& !this.excluded.contains(name)) {
				executors.put(name, bean);
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

	private CompletableFuture<Boolean> end(String name, Object bean, Duration bound) {
		return (bean instanceof SimpleAsyncTaskExecutor simple) ? close(name, simple, bound)
				: shutDown(name, bean, Objects.requireNonNull(executorOf(bean)), bound);
	}

	/** Closes an executor, which waits for its tasks until it is interrupted. */
	private CompletableFuture<Boolean> close(String name, SimpleAsyncTaskExecutor executor, Duration bound) {
		return this.guests.run("executors", bound, () -> {
			// Longer than it has: it is interrupted when the bound has passed.
			TrackedThreads.waitFor(executor, bound.multipliedBy(2));
			this.waitingThreads.closing().forEach((thread) -> TrackedThreads.forget(executor, thread));
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

	private CompletableFuture<Boolean> shutDown(String name, Object bean, ExecutorService executor, Duration bound) {
		return this.guests.run("executors", bound.plusMillis(100), () -> {
			if (executor instanceof ScheduledThreadPoolExecutor scheduled) {
				// What is due one day is not what waits for a thread.
				scheduled.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
			}
			executor.shutdown();
			long closing = this.waitingThreads.closing().filter((thread) -> isOf(thread, bean)).count();
			if (closing > 0 && executor instanceof ThreadPoolExecutor pool) {
				return endBeside(closing, name, (ExecutorConfigurationSupport) bean, pool, bound);
			}
			boolean ended = executor.awaitTermination(bound.toNanos(), TimeUnit.NANOSECONDS);
			if (!ended) {
				notEnded(name, executor.shutdownNow(), bound);
			}
			return ended;
		}).exceptionally((ex) -> {
			couldNotShutDown(name, ex);
			return false;
		});
	}

	/**
	 * Returns whether the thread is one of the executor's, by its name and what it runs:
	 * there is no other way to tell.
	 */
	private static boolean isOf(Thread thread, Object bean) {
		return bean instanceof ExecutorConfigurationSupport executor
				&& thread.getName().startsWith(executor.getThreadNamePrefix()) && Stream.of(thread.getStackTrace())
					.anyMatch((frame) -> frame.getClassName().equals(ThreadPoolExecutor.class.getName()));
	}

	/** Waits until nothing runs but the tasks that wait for the end of the context. */
	private static boolean endBeside(long closing, String name, ExecutorConfigurationSupport bean,
			ThreadPoolExecutor executor, Duration bound) throws InterruptedException {
		// When it is stopped and destroyed it would wait for them too, or interrupt them.
		bean.stop();
		bean.setWaitForTasksToCompleteOnShutdown(true);
		bean.setAwaitTerminationMillis(0);
		for (long looks = bound.dividedBy(BETWEEN_LOOKS); looks > 0; looks--) {
			if (executor.getActiveCount() <= closing && executor.getQueue().isEmpty()) {
				return true;
			}
			if (executor.awaitTermination(BETWEEN_LOOKS.toNanos(), TimeUnit.NANOSECONDS)) {
				return true;
			}
		}
		notEnded(name, executor.shutdownNow(), bound);
		return false;
	}

	private static void notEnded(String name, List<Runnable> dropped, Duration bound) {
		logger.warn(
				"Executor '{}' has not ended within {} ms: its tasks were interrupted, and {} dropped that "
						+ "had not begun {}",
				name, bound.toMillis(), dropped.size(), dropped.stream().limit(LIMIT).toList());
	}

	private static void couldNotShutDown(String name, Throwable failure) {
		logger.warn("Could not shut executor '{}' down; the shutdown goes on", name, failure);
	}

}
