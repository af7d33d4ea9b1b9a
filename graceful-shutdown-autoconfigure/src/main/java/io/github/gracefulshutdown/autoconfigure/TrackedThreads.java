package io.github.gracefulshutdown.autoconfigure;

import java.lang.reflect.Field;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.util.ReflectionUtils;

/**
 * Has executors without a pool, as those of virtual threads are, keep track of their
 * threads, so that their tasks can be waited for. By themselves they do so only if they
 * have a termination timeout. That is theirs: one that is there stays, and where there is
 * none it is set when the executor is ended.
 */
final class TrackedThreads implements BeanPostProcessor {

	// There are no accessors for them.
	private static final @Nullable Field THREADS = field("activeThreads", Set.class);

	private static final @Nullable Field TIMEOUT = field("taskTerminationTimeout", long.class);

	private static @Nullable Field field(String name, Class<?> type) {
		Field field = ReflectionUtils.findField(SimpleAsyncTaskExecutor.class, name, type);
		if (field != null) {
			ReflectionUtils.makeAccessible(field);
		}
		return field;
	}

	private final ObjectProvider<GracefulShutdownProperties> properties;

	TrackedThreads(ObjectProvider<GracefulShutdownProperties> properties) {
		this.properties = properties;
	}

	@Override
	public Object postProcessBeforeInitialization(Object bean, String beanName) {
		if (bean instanceof SimpleAsyncTaskExecutor executor && THREADS != null && TIMEOUT != null
				&& threadsOf(executor) == null) {
			if (!this.properties.getObject().getExecutors().getExclude().contains(beanName)) {
				ReflectionUtils.setField(THREADS, executor, ConcurrentHashMap.newKeySet());
			}
		}
		return bean;
	}

	/** Has the end of an executor wait for its tasks, for its own time if it has one. */
	static void waitFor(SimpleAsyncTaskExecutor executor, Duration bound) {
		// The setter would forget the threads.
		if (TIMEOUT != null && Objects.equals(ReflectionUtils.getField(TIMEOUT, executor), 0L)) {
			ReflectionUtils.setField(TIMEOUT, executor, bound.toMillis());
		}
	}

	/** Has the end of an executor not wait for the thread, if it is one of its own. */
	static void forget(SimpleAsyncTaskExecutor executor, Thread thread) {
		Set<?> threads = threadsOf(executor);
		if (threads != null) {
			threads.remove(thread);
		}
	}

	/** Returns the names of the threads that run tasks, as far as that is known. */
	static List<String> namesOf(SimpleAsyncTaskExecutor executor) {
		Set<?> threads = threadsOf(executor);
		return (threads == null) ? List.of() : threads.stream().map((thread) -> ((Thread) thread).getName()).toList();
	}

	private static @Nullable Set<?> threadsOf(SimpleAsyncTaskExecutor executor) {
		return (THREADS != null) ? (Set<?>) ReflectionUtils.getField(THREADS, executor) : null;
	}

}
