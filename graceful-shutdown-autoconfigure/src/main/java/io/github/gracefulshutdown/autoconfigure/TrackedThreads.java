package io.github.gracefulshutdown.autoconfigure;

import java.lang.reflect.Field;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.util.ReflectionUtils;

/**
 * Has executors without a pool, as those of virtual threads are, keep track of their
 * threads, so that their tasks can be waited for. By themselves they do so only if they
 * have a termination timeout; one that is there stays.
 */
final class TrackedThreads implements BeanPostProcessor {

	// There is no accessor for it.
	private static final @Nullable Field THREADS = ReflectionUtils.findField(SimpleAsyncTaskExecutor.class,
			"activeThreads", Set.class);

	static {
		if (THREADS != null) {
			ReflectionUtils.makeAccessible(THREADS);
		}
	}

	private final ObjectProvider<GracefulShutdownProperties> properties;

	TrackedThreads(ObjectProvider<GracefulShutdownProperties> properties) {
		this.properties = properties;
	}

	@Override
	public Object postProcessBeforeInitialization(Object bean, String beanName) {
		if (bean instanceof SimpleAsyncTaskExecutor executor && THREADS != null && threadsOf(executor) == null) {
			GracefulShutdownProperties properties = this.properties.getObject();
			if (!properties.getExecutors().getExclude().contains(beanName)) {
				// Longer than they are waited for: whoever waits has a bound of its own.
				executor.setTaskTerminationTimeout(properties.getTimeout().toMillis());
			}
		}
		return bean;
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
