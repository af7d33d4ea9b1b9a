package io.github.gracefulshutdown.autoconfigure;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

import io.github.gracefulshutdown.DrainGate;
import io.github.gracefulshutdown.WorkInFlight;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads that wait for the end of the context, because they close it or have called
 * {@link System#exit}. The shutdown does not wait for the work that they are at: that
 * would be for itself. Safe for use by many threads.
 */
final class ClosingThreads {

	private static final Logger logger = LoggerFactory.getLogger(ClosingThreads.class);

	// Where a thread is that has called System.exit: it runs the shutdown hooks.
	private static final String EXIT = "java.lang.Shutdown";

	private final DrainGate gate;

	private final Set<Thread> threads = ConcurrentHashMap.newKeySet();

	private final Set<String> kinds = ConcurrentHashMap.newKeySet();

	ClosingThreads(DrainGate gate) {
		this.gate = gate;
	}

	/** Adds a thread that waits for the end of the context. */
	void add(Thread thread) {
		if (this.threads.add(thread)) {
			letGo(thread).forEach((work) -> this.kinds.add(work.kind()));
		}
	}

	/** Adds those that have called {@link System#exit}. */
	void addExiting() {
		Thread.getAllStackTraces().forEach((thread, stack) -> {
			if (isExiting(stack)) {
				add(thread);
			}
		});
		// Virtual threads are not among them.
		for (WorkInFlight work : this.gate.workInFlight()) {
			if (isExiting(work.thread().getStackTrace())) {
				add(work.thread());
			}
		}
	}

	private static boolean isExiting(StackTraceElement[] stack) {
		return Stream.of(stack).anyMatch((frame) -> frame.getClassName().equals(EXIT));
	}

	/**
	 * Has nobody wait for the work that the thread is at, because it waits for the drain.
	 * @return the work
	 */
	List<WorkInFlight> letGo(Thread thread) {
		List<WorkInFlight> work = this.gate.giveBackOf(thread);
		if (!work.isEmpty()) {
			logger.info("Not waited for, because it waits for the shutdown itself: {}",
					work.stream().map(WorkInFlightText::of).toList());
		}
		return work;
	}

	/** Returns whether work is among them, of whatever kind. */
	boolean haveWork() {
		return !this.kinds.isEmpty();
	}

	/** Returns whether work of the kind is among them. */
	boolean haveWork(String kind) {
		return this.kinds.contains(kind);
	}

	Stream<Thread> stream() {
		return this.threads.stream();
	}

}
