package io.github.gracefulshutdown.autoconfigure;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.github.gracefulshutdown.DrainGate;
import io.github.gracefulshutdown.Outcome;
import io.github.gracefulshutdown.WorkInFlight;
import io.github.gracefulshutdown.autoconfigure.ShutdownReport.StuckWork;

import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.Lifecycle;
import org.springframework.context.support.AbstractApplicationContext;

/**
 * Finds out what is stuck. It asks no bean factory, which may be locked by whoever is
 * stuck, but the beans that it has seen at the start, and does not wait for their answer.
 */
final class ShutdownReporter implements SmartInitializingSingleton {

	private static final int FRAMES = 20;

	private static final Duration PATIENCE = Duration.ofMillis(150);

	private final ConfigurableListableBeanFactory beanFactory;

	private final ShutdownState state;

	private final DrainGate gate;

	private final GuestRunner guests;

	private final TerminationMessage terminationMessage;

	private final Map<String, Lifecycle> lifecycles = new LinkedHashMap<>();

	private final Map<String, ThreadPoolExecutor> executors = new LinkedHashMap<>();

	ShutdownReporter(ConfigurableListableBeanFactory beanFactory, ShutdownState state, DrainGate gate,
			GuestRunner guests, TerminationMessage terminationMessage) {
		this.beanFactory = beanFactory;
		this.state = state;
		this.gate = gate;
		this.guests = guests;
		this.terminationMessage = terminationMessage;
	}

	@Override
	public void afterSingletonsInstantiated() {
		for (String name : this.beanFactory.getSingletonNames()) {
			Object bean = this.beanFactory.getSingleton(name);
			// The steps are in the log, and one that was not reached is no culprit.
			if (bean instanceof Lifecycle lifecycle && !(bean instanceof AbstractStepLifecycle)) {
				this.lifecycles.put(name, lifecycle);
			}
			if (ExecutorsLifecycle.executorOf(bean) instanceof ThreadPoolExecutor executor) {
				this.executors.put(name, executor);
			}
		}
	}

	/** Reports what the drain leaves behind. */
	ShutdownReport afterDrain(List<WorkInFlight> left) {
		ShutdownReport report = report(Outcome.TIMED_OUT, left, List.of(), List.of());
		this.terminationMessage.write(report.briefly());
		return report;
	}

	/** Finds out what keeps the process from its end. */
	ShutdownReport atDeadline() {
		List<WorkInFlight> left = this.gate.workInFlight();
		if (isContextClosed()) {
			return report(Outcome.FORCED, left, threadsLeft(), List.of());
		}
		Thread closing = this.state.closingThread();
		return report(Outcome.FORCED, left, notStopped(), (closing != null) ? top(closing) : List.of());
	}

	/**
	 * Returns whether the context has closed, and the log perhaps with it. What the JVM
	 * waits for then are shutdown hooks.
	 */
	boolean isContextClosed() {
		Thread closing = this.state.closingThread();
		return closing != null && Stream.of(closing.getStackTrace())
			.map(StackTraceElement::getClassName)
			.noneMatch(AbstractApplicationContext.class.getName()::equals);
	}

	/** Names the threads that may be shutdown hooks, of which the JVM keeps no list. */
	private static List<String> threadsLeft() {
		return Thread.getAllStackTraces()
			.entrySet()
			.stream()
			.filter((left) -> !left.getKey().isDaemon() && left.getValue().length > 0)
			.map((left) -> "thread " + left.getKey().getName() + ShutdownReport.indented(top(left.getValue())))
			.toList();
	}

	private ShutdownReport report(Outcome outcome, List<WorkInFlight> left, List<String> notStopped,
			List<String> closing) {
		List<StuckWork> work = left.stream()
			.map((one) -> new StuckWork(one.kind(), one.description(), one.age(), WorkInFlightText.nameOf(one.thread()),
					top(one.thread())))
			.toList();
		return new ShutdownReport(outcome, this.state.stage(), this.state.sinceBegin(), work, deadlocks(), notStopped,
				queues(), closing);
	}

	static List<String> top(Thread thread) {
		return top(thread.getStackTrace());
	}

	private static List<String> top(StackTraceElement[] stack) {
		return Stream.of(stack).limit(FRAMES).map(ShutdownReporter::textOf).toList();
	}

	/** Leaves out the class loader and the module, which are the same everywhere. */
	private static String textOf(StackTraceElement frame) {
		return "%s.%s(%s)".formatted(frame.getClassName(), frame.getMethodName(),
				(frame.getFileName() == null) ? "unknown source" : (frame.getLineNumber() < 0) ? frame.getFileName()
						: frame.getFileName() + ":" + frame.getLineNumber());
	}

	static List<String> deadlocks() {
		ThreadMXBean threads = ManagementFactory.getThreadMXBean();
		long[] deadlocked = threads.findDeadlockedThreads();
		if (deadlocked == null) {
			return List.of();
		}
		return Stream.of(threads.getThreadInfo(deadlocked))
			.filter(Objects::nonNull)
			.map((thread) -> "thread %s waits for %s, which thread %s holds".formatted(thread.getThreadName(),
					thread.getLockName(), thread.getLockOwnerName()))
			.toList();
	}

	private List<String> queues() {
		return this.executors.entrySet()
			.stream()
			.filter((executor) -> executor.getValue().getActiveCount() > 0)
			.map((executor) -> "%s with %d tasks running and %d waiting".formatted(executor.getKey(),
					executor.getValue().getActiveCount(), executor.getValue().getQueue().size()))
			.toList();
	}

	/**
	 * Asks the beans, some of which answer with a lock that they hold while they stop.
	 */
	private List<String> notStopped() {
		List<String> notStopped = Collections.synchronizedList(new ArrayList<>());
		String resource = this.state.releasing();
		if (resource != null) {
			notStopped.add(resource);
		}
		this.guests.run("report-beans", PATIENCE, () -> {
			this.lifecycles.forEach((name, bean) -> {
				if (bean.isRunning()) {
					notStopped.add(name);
				}
			});
			return true;
		})
			// Also when a log that hangs has stopped the timer of guests.
			.completeOnTimeout(false, PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
			.exceptionally((ex) -> false)
			.join();
		return List.copyOf(notStopped);
	}

}
