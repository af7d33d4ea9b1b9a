package io.github.gracefulshutdown.autoconfigure;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.stream.Stream;

import io.github.gracefulshutdown.DrainGate;
import io.github.gracefulshutdown.WorkInFlight;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads that wait for the shutdown: they close the context, have called
 * {@link System#exit}, or wait for the outcome of a drain. The shutdown does not wait for
 * the work that they are at: that would be for itself. Safe for use by many threads.
 */
final class WaitingThreads {

	private static final Logger logger = LoggerFactory.getLogger(WaitingThreads.class);

	// Where a thread is that has called System.exit: it runs the shutdown hooks.
	private static final String EXIT = "java.lang.Shutdown";

	private final DrainGate gate;

	// For the end of the context, and for that of a drain.
	private final Set<Thread> closing = ConcurrentHashMap.newKeySet();

	private final Set<Thread> draining = ConcurrentHashMap.newKeySet();

	private final Set<String> kindsThatClose = ConcurrentHashMap.newKeySet();

	private final List<Watch> watches = new CopyOnWriteArrayList<>();

	WaitingThreads(DrainGate gate) {
		this.gate = gate;
	}

	/** Adds a thread that waits for the end of the context. */
	void addClosing(Thread thread) {
		if (this.closing.add(thread)) {
			letGo(thread).forEach((work) -> this.kindsThatClose.add(work.kind()));
			tell(thread);
		}
	}

	/** Adds those that have called {@link System#exit}. */
	void addExiting() {
		Thread.getAllStackTraces().forEach((thread, stack) -> {
			if (isExiting(stack)) {
				addClosing(thread);
			}
		});
		// Virtual threads are not among them.
		for (WorkInFlight work : this.gate.workInFlight()) {
			if (isExiting(work.thread().getStackTrace())) {
				addClosing(work.thread());
			}
		}
	}

	private static boolean isExiting(StackTraceElement[] stack) {
		return Stream.of(stack).anyMatch((frame) -> frame.getClassName().equals(EXIT));
	}

	/** Adds a thread that waits for the outcome of a drain. */
	void addDraining(Thread thread) {
		this.draining.add(thread);
		letGo(thread);
		tell(thread);
	}

	/** Removes a thread that waits for the outcome of a drain no more. */
	void removeDraining(Thread thread) {
		this.draining.remove(thread);
	}

	/**
	 * Has nobody wait for the work that the thread is at, because it waits for the
	 * shutdown.
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

	private void tell(Thread thread) {
		for (Watch watch : this.watches) {
			if (watch.which().test(thread)) {
				watch.found().complete(thread);
			}
		}
	}

	/**
	 * Returns what completes as soon as one of the threads waits, at once if one does.
	 * Whoever does not want to know any more cancels it.
	 */
	@SuppressWarnings("FutureReturnValueIgnored") // removing does not fail
	CompletableFuture<Thread> whenOneOf(Predicate<Thread> which) {
		Watch watch = new Watch(which, new CompletableFuture<>());
		this.watches.add(watch); // before the look, so that none is missed
		watch.found().whenComplete((found, ex) -> this.watches.remove(watch));
		stream().filter(which).findAny().ifPresent(watch.found()::complete);
		return watch.found();
	}

	/** Returns whether work in flight closes the context. */
	boolean haveClosingWork() {
		return !this.kindsThatClose.isEmpty();
	}

	/** Returns whether work in flight of the kind closes the context. */
	boolean haveClosingWork(String kind) {
		return this.kindsThatClose.contains(kind);
	}

	/** Returns those that wait for the end of the context. */
	Stream<Thread> closing() {
		return this.closing.stream();
	}

	/** Returns all of them. */
	Stream<Thread> stream() {
		return Stream.concat(this.closing.stream(), this.draining.stream());
	}

	private record Watch(Predicate<Thread> which, CompletableFuture<Thread> found) {
	}

}
