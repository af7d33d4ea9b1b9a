package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.gracefulshutdown.DrainGate;
import io.github.gracefulshutdown.Outcome;
import io.github.gracefulshutdown.Stage;
import io.github.gracefulshutdown.WorkInFlight;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.ContextClosedEvent;

/**
 * Runs the outer steps of a shutdown, from the outside in: tell everybody, serve on,
 * refuse, drain. Begun by the close of the context, before anything else hears of it, or
 * by {@link #drain()}; undone by {@link #resume()}.
 * <p>
 * The steps are lifecycle beans, but many others stop in their phases too, gRPC servers
 * and message listeners in the very first, and some act on {@link ContextClosedEvent}
 * before any phase. What a request in flight may need must not stop before the drain has
 * ended, so the steps are stopped here, and the container finds them stopped.
 * <p>
 * Safe for use by many threads.
 */
public final class ShutdownSequence {

	private static final Logger logger = LoggerFactory.getLogger(ShutdownSequence.class);

	private final ShutdownState state;

	private final TimeSource time;

	private final DrainGate gate;

	private final ServerPresence servers;

	private final WaitingThreads waitingThreads;

	private final List<SmartLifecycle> steps;

	// Held for a transition between serving and draining, never while a drain waits.
	private final ReentrantLock transition = new ReentrantLock();

	ShutdownSequence(ShutdownState state, TimeSource time, DrainGate gate, ServerPresence servers,
			WaitingThreads waitingThreads, List<SmartLifecycle> steps) {
		this.state = state;
		this.time = time;
		this.gate = gate;
		this.servers = servers;
		this.waitingThreads = waitingThreads;
		this.steps = List.copyOf(steps);
	}

	/** Drains before anything else hears of the close. Never throws. */
	void contextCloses() {
		GuestRunner.unbindThisThread();
		this.state.setClosingThread(Thread.currentThread());
		this.waitingThreads.addClosing(Thread.currentThread());
		try {
			this.servers.contextCloses();
			Deadline deadline = this.state.beginClose();
			Drain drain = drainForClose(deadline);
			if (drain != null) {
				drain.ended().get(deadline.remaining().toNanos(), TimeUnit.NANOSECONDS);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			logger.warn("Interrupted while draining; the context closes now");
		}
		catch (TimeoutException ex) {
			logger.warn("The drain has not ended in time; the context closes now");
		}
		catch (Throwable ex) {
			logger.warn("The drain failed; the context closes now", ex);
		}
		finally {
			this.state.contextCloses();
		}
	}

	/** Runs a drain on this thread, or returns the one that runs on another. */
	private @Nullable Drain drainForClose(Deadline deadline) throws InterruptedException {
		if (!this.transition.tryLock(deadline.remaining().toNanos(), TimeUnit.NANOSECONDS)) {
			return null;
		}
		boolean begun;
		Drain drain;
		try {
			begun = (this.state.drain() == null);
			drain = this.state.beginDrain();
		}
		finally {
			this.transition.unlock();
		}
		if (begun) {
			run(drain, "the context closes");
		}
		return drain;
	}

	/**
	 * Begins the drain of a context that is about to close on a thread of its own, unless
	 * one is under way or has ended. The close finds it, or begins one if there is no
	 * thread to be had.
	 */
	void drainAhead() {
		Deadline deadline = this.state.beginClose();
		Thread thread = new Thread(() -> {
			try {
				drainForClose(deadline);
			}
			catch (InterruptedException ex) { // nobody has a reason to
				Thread.currentThread().interrupt();
			}
		}, "graceful-shutdown-drain");
		thread.setDaemon(true);
		thread.start();
	}

	/**
	 * Begins a drain on a thread of its own, unless one is under way or has ended. A
	 * request, or other work in flight, may wait for the outcome: the drain does not wait
	 * for work whose thread blocks on the future, or has something follow it.
	 * @return a future of the outcome, of its own for every call; it fails with a
	 * {@link CancellationException} as the cause if the drain is undone before it has
	 * ended
	 */
	public CompletableFuture<Outcome> drain() {
		this.transition.lock();
		try {
			Drain current = this.state.drain();
			if (current != null) {
				return new OutcomeFuture(current.ended(), this.waitingThreads);
			}
			Drain drain = this.state.beginDrain();
			Thread thread = new Thread(() -> run(drain, "requested"), "graceful-shutdown-drain");
			thread.setDaemon(true);
			try {
				thread.start();
			}
			catch (OutOfMemoryError ex) { // "unable to create native thread"
				drain.cancel();
				drain.end();
				serveAgain();
				throw ex;
			}
			return new OutcomeFuture(drain.ended(), this.waitingThreads);
		}
		finally {
			this.transition.unlock();
		}
	}

	private void run(Drain drain, String reason) {
		drain.runsHere();
		try {
			logger.info("Drain began ({}): {} in flight, at most {} ms", reason, this.gate.inFlight(),
					drain.deadline().remaining().toMillis());
			for (SmartLifecycle step : this.steps) {
				if (drain.isCancelled()) {
					return;
				}
				if (JvmExit.isUnderWay()) {
					this.waitingThreads.addExiting();
				}
				if (step.isRunning()) {
					stop(step, drain);
				}
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			logger.warn("Interrupted while draining; the remaining steps are skipped");
		}
		finally {
			drain.end();
		}
	}

	/** Stops a step, which bounds itself; the deadline is the second line of defence. */
	private void stop(SmartLifecycle step, Drain drain) throws InterruptedException {
		CompletableFuture<Void> stopped = new CompletableFuture<>();
		step.stop(() -> stopped.complete(null));
		try {
			stopped.get(drain.deadline().remaining().plusMillis(100).toNanos(), TimeUnit.NANOSECONDS);
		}
		catch (TimeoutException ex) {
			logger.warn("{} has not stopped in time; the shutdown goes on", step.getClass().getSimpleName());
		}
		catch (ExecutionException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Undoes a drain, under way or ended: the instance serves again and announces itself
	 * again. Waits until it does. The timeout of the deregistration applies to the
	 * listeners for readiness, and then to the registration too.
	 * @return {@code false} if it is too late because the context closes
	 */
	public boolean resume() {
		this.transition.lock();
		try {
			if (this.state.isClosing()) {
				return false;
			}
			Drain drain = this.state.drain();
			if (drain != null) {
				drain.cancel();
				drain.awaitEnd();
				serveAgain();
				logger.info("Drain undone: serving again");
			}
			return true;
		}
		finally {
			this.transition.unlock();
		}
	}

	private void serveAgain() {
		for (int i = this.steps.size() - 1; i >= 0; i--) {
			this.steps.get(i).start();
		}
	}

	/**
	 * Returns the stage in which the instance is.
	 * @return the stage
	 */
	public Stage stage() {
		return this.state.stage();
	}

	/**
	 * Returns whether the context closes, so that what is stopped now does not come back.
	 * @return {@code false} while serving, and during a drain that can be undone
	 */
	public boolean isClosing() {
		return this.state.isClosing();
	}

	/**
	 * Returns the threads that wait for the shutdown: they close the context, have called
	 * {@link System#exit}, or wait for the outcome of a drain. A shutdown that waited for
	 * them would wait for itself.
	 * @return the threads
	 */
	public Stream<Thread> waitingThreads() {
		return this.waitingThreads.stream();
	}

	/**
	 * Returns what completes as soon as one of certain threads waits for the shutdown, at
	 * once if one does. Whoever does not want to know any more cancels it.
	 * @param which the threads
	 * @return a future of the thread
	 */
	public CompletableFuture<Thread> whenWaiting(Predicate<Thread> which) {
		return this.waitingThreads.whenOneOf(which);
	}

	/**
	 * Returns whether work in flight closes the context, or has called
	 * {@link System#exit}: whoever waits for that waits for itself.
	 * @param kind the kind of work
	 * @return {@code true} if nobody may wait for the last work of that kind
	 */
	public boolean isClosedBy(String kind) {
		return this.waitingThreads.haveClosingWork(kind);
	}

	/**
	 * Returns the work that was left when the time for the drain was over.
	 * @return the work, empty if there was none or the drain has not come to that
	 */
	public List<WorkInFlight> stuck() {
		Drain drain = this.state.drain();
		return (drain != null) ? drain.stuck() : List.of();
	}

	/** Returns the chance of a response to ask for the close of its connection. */
	double connectionCloseShare() {
		Drain drain = this.state.drain();
		if (drain == null) {
			return 0;
		}
		if (stage() != Stage.LAME_DUCK) {
			return 1;
		}
		LameDuckWindow window = drain.lameDuckWindow();
		return (window != null) ? window.elapsedShare(this.time.nanoTime()) : 0;
	}

	/**
	 * Returns where the instance stands.
	 * @return a snapshot
	 */
	public ShutdownStatus status() {
		Drain drain = this.state.drain();
		Deadline deadline = this.state.deadline();
		List<WorkInFlight> work = this.gate.workInFlight();
		Map<String, Long> inFlight = work.stream()
			.collect(Collectors.groupingBy(WorkInFlight::kind, TreeMap::new, Collectors.counting()));
		return new ShutdownStatus(stage(), (drain != null && drain.isEnded()) ? drain.outcome() : null, inFlight,
				(deadline != null) ? deadline.remaining() : null, (drain != null) ? drain.withdrawn() : List.of(),
				(drain != null && !drain.isEnded()) ? waitingFor(drain, work) : List.of(),
				(drain != null) ? drain.report() : null);
	}

	private List<String> waitingFor(Drain drain, List<WorkInFlight> work) {
		List<String> waitingFor = new ArrayList<>();
		LameDuckWindow window = drain.lameDuckWindow();
		if (window == null) {
			waitingFor.add("deregistration");
		}
		else if (stage() == Stage.LAME_DUCK) {
			waitingFor.addAll(window.waitingFor(this.time.nanoTime()));
		}
		work.stream().limit(WorkInFlightText.LIMIT).map(WorkInFlightText::of).forEach(waitingFor::add);
		return waitingFor;
	}

}
