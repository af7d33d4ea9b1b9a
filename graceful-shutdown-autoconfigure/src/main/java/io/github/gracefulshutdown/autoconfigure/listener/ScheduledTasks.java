package io.github.gracefulshutdown.autoconfigure.listener;

import java.util.Set;

import io.github.gracefulshutdown.Permit;
import org.jspecify.annotations.Nullable;

import org.springframework.core.Ordered;
import org.springframework.scheduling.SchedulingAwareRunnable;
import org.springframework.scheduling.TaskScheduler;
import org.springframework.scheduling.annotation.SchedulingConfigurer;
import org.springframework.scheduling.config.ScheduledTaskRegistrar;

/**
 * Has each run of a {@code @Scheduled} method hold a permit, and leaves its runs out from
 * the moment a drain begins: the other instances have schedules of their own.
 * <p>
 * It acts on what the registrar schedules with, so that methods of any bean are reached,
 * final ones too, and what a library schedules by itself is left alone.
 */
final class ScheduledTasks implements SchedulingConfigurer, Ordered {

	private static final String KIND = "scheduled";

	private final RecurringWork work;

	private final Set<String> excluded;

	/**
	 * Creates the configurer.
	 * @param excluded the methods, as {@code package.Class.method}, that go on running
	 */
	ScheduledTasks(RecurringWork work, Set<String> excluded) {
		this.work = work;
		this.excluded = excluded;
	}

	/** Comes when all others have said what they schedule with. */
	@Override
	public int getOrder() {
		return LOWEST_PRECEDENCE;
	}

	@Override
	public void configureTasks(ScheduledTaskRegistrar registrar) {
		@Nullable TaskScheduler scheduler = registrar.getScheduler();
		if (scheduler != null) {
			registrar.setTaskScheduler(new DecoratingTaskScheduler(scheduler, this::recurring, this::once));
		}
	}

	private Runnable recurring(Runnable task) {
		return isExcluded(task) ? task : new Run(task, () -> {
			try (Permit permit = this.work.tryBegin(KIND, task.toString())) {
				if (permit != null) {
					task.run();
				}
			}
		});
	}

	/** What runs once is not left out, because no other run makes up for it. */
	@SuppressWarnings("try") // the permit is held, not used
	private Runnable once(Runnable task) {
		return isExcluded(task) ? task : new Run(task, () -> {
			try (Permit permit = this.work.tryEnter(KIND, task.toString())) {
				task.run();
			}
		});
	}

	private boolean isExcluded(Runnable task) {
		return this.excluded.contains(task.toString());
	}

	/** Schedules with the scheduler that the task asks for, and looks like the task. */
	private record Run(Runnable task, Runnable execution) implements SchedulingAwareRunnable {

		@Override
		public void run() {
			this.execution.run();
		}

		@Override
		public boolean isLongLived() {
			return this.task instanceof SchedulingAwareRunnable aware && aware.isLongLived();
		}

		@Override
		public @Nullable String getQualifier() {
			return (this.task instanceof SchedulingAwareRunnable aware) ? aware.getQualifier() : null;
		}

		@Override
		public String toString() {
			return this.task.toString();
		}

	}

}
