package io.github.gracefulshutdown.autoconfigure.listener;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ScheduledFuture;
import java.util.function.UnaryOperator;

import org.jspecify.annotations.Nullable;

import org.springframework.scheduling.TaskScheduler;
import org.springframework.scheduling.Trigger;

/** Task scheduler that decorates what it schedules. */
final class DecoratingTaskScheduler implements TaskScheduler {

	private final TaskScheduler delegate;

	private final UnaryOperator<Runnable> recurring;

	private final UnaryOperator<Runnable> once;

	DecoratingTaskScheduler(TaskScheduler delegate, UnaryOperator<Runnable> recurring, UnaryOperator<Runnable> once) {
		this.delegate = delegate;
		this.recurring = recurring;
		this.once = once;
	}

	@Override
	public Clock getClock() {
		return this.delegate.getClock();
	}

	@Override
	public @Nullable ScheduledFuture<?> schedule(Runnable task, Trigger trigger) {
		return this.delegate.schedule(this.recurring.apply(task), trigger);
	}

	@Override
	public ScheduledFuture<?> schedule(Runnable task, Instant startTime) {
		return this.delegate.schedule(this.once.apply(task), startTime);
	}

	@Override
	public ScheduledFuture<?> scheduleAtFixedRate(Runnable task, Instant startTime, Duration period) {
		return this.delegate.scheduleAtFixedRate(this.recurring.apply(task), startTime, period);
	}

	@Override
	public ScheduledFuture<?> scheduleAtFixedRate(Runnable task, Duration period) {
		return this.delegate.scheduleAtFixedRate(this.recurring.apply(task), period);
	}

	@Override
	public ScheduledFuture<?> scheduleWithFixedDelay(Runnable task, Instant startTime, Duration delay) {
		return this.delegate.scheduleWithFixedDelay(this.recurring.apply(task), startTime, delay);
	}

	@Override
	public ScheduledFuture<?> scheduleWithFixedDelay(Runnable task, Duration delay) {
		return this.delegate.scheduleWithFixedDelay(this.recurring.apply(task), delay);
	}

}
