package io.github.gracefulshutdown.autoconfigure.listener;

import java.util.Set;

import io.github.gracefulshutdown.DrainGate;
import io.github.gracefulshutdown.Permit;
import io.github.gracefulshutdown.Stage;
import io.github.gracefulshutdown.autoconfigure.ShutdownSequence;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.ObjectProvider;
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

	private static final Logger logger = LoggerFactory.getLogger(ScheduledTasks.class);

	private static final String KIND = "scheduled";

	private final ObjectProvider<ShutdownSequence> sequence;

	private final ObjectProvider<DrainGate> gate;

	private final Set<String> excluded;

	/**
	 * Creates the configurer.
	 * @param excluded the methods, as {@code package.Class.method}, that go on running
	 */
	ScheduledTasks(ObjectProvider<ShutdownSequence> sequence, ObjectProvider<DrainGate> gate, Set<String> excluded) {
		this.sequence = sequence;
		this.gate = gate;
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
			if (this.sequence.getObject().stage() != Stage.SERVING) {
				logger.debug("Left out a run of {}: this instance drains", task);
				return;
			}
			Permit permit = enter(task);
			if (permit != null) { // or a drain has just begun
				run(task, permit);
			}
		});
	}

	/** What runs once is not left out, because no other run makes up for it. */
	private Runnable once(Runnable task) {
		return isExcluded(task) ? task : new Run(task, () -> run(task, enter(task)));
	}

	private boolean isExcluded(Runnable task) {
		return this.excluded.contains(task.toString());
	}

	private @Nullable Permit enter(Runnable task) {
		return this.gate.getObject().tryEnter(KIND, task.toString());
	}

	private static void run(Runnable task, @Nullable Permit permit) {
		try {
			task.run();
		}
		finally {
			if (permit != null) {
				permit.close();
			}
		}
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
