package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.context.SmartLifecycle;

/**
 * One step of a shutdown: {@code stop} does it, {@code start} undoes it. A stop without a
 * drain, as in {@code context.stop()}, a refresh that failed or a checkpoint, does
 * nothing and never waits; one beside a drain leaves the step to it.
 */
abstract class AbstractStepLifecycle implements SmartLifecycle {

	private final Logger logger = LoggerFactory.getLogger(getClass());

	private final String name;

	private final int phase;

	private final ShutdownState state;

	private final TimeSource time;

	private final AtomicBoolean performing = new AtomicBoolean();

	private volatile boolean running;

	private volatile boolean done;

	AbstractStepLifecycle(String name, int phase, ShutdownState state, TimeSource time) {
		this.name = name;
		this.phase = phase;
		this.state = state;
		this.time = time;
	}

	@Override
	public void start() {
		if (this.done) {
			this.done = false;
			undo();
		}
		this.running = true;
	}

	@Override
	public void stop() {
		stop(() -> {
		});
	}

	@Override
	public void stop(Runnable callback) {
		begin(callback);
	}

	/**
	 * Stops, and waits for the end, because the timeout of the phase, which is not ours,
	 * applies only to what goes on after the call. For a step that bounds itself.
	 */
	final void stopAndWait() {
		CountDownLatch stopped = new CountDownLatch(1);
		begin(stopped::countDown);
		boolean interrupted = false;
		while (stopped.getCount() > 0) {
			try {
				// Up to 6.2.14 at least, Spring takes a thread that waits without a limit
				// for stuck: a second close interrupts it and declares the context
				// inactive (AbstractApplicationContext.isStartupShutdownThreadStuck).
				stopped.await(1, TimeUnit.DAYS);
			}
			catch (InterruptedException ex) {
				interrupted = true;
			}
		}
		if (interrupted) {
			Thread.currentThread().interrupt();
		}
	}

	private void begin(Runnable callback) {
		Drain drain = drainToStopFor();
		if (drain == null) {
			this.running = false;
			callback.run();
		}
		else if (!this.state.isClosing() && drain.runsElsewhere()) {
			callback.run(); // the drain comes to this step
		}
		else if (this.performing.compareAndSet(false, true)) {
			perform(drain, callback);
		}
		else { // the sequence, which does the step, has not waited for its end
			callback.run();
		}
	}

	@SuppressWarnings("FutureReturnValueIgnored") // the callback is the end of it
	private void perform(Drain drain, Runnable callback) {
		this.done = true;
		long startNanos = this.time.nanoTime();
		tryPerform(drain).whenComplete((found, ex) -> {
			try {
				Duration took = Duration.ofNanos(this.time.nanoTime() - startNanos);
				drain.recordStepTime(this.name, took);
				report(took, found, ex);
			}
			finally {
				this.running = false;
				this.performing.set(false);
				callback.run();
			}
		});
	}

	private CompletableFuture<String> tryPerform(Drain drain) {
		try {
			return perform(drain);
		}
		catch (RuntimeException | Error ex) { // the other steps have to be done
			return CompletableFuture.failedFuture(ex);
		}
	}

	private void report(Duration took, @Nullable String found, @Nullable Throwable failure) {
		if (failure != null) {
			this.logger.warn("Step '{}' failed after {} ms; the shutdown goes on", this.name, took.toMillis(), failure);
		}
		else {
			this.logger.info("Step '{}' took {} ms: {}", this.name, took.toMillis(), found);
		}
	}

	/** Returns the drain to do this step for, or {@code null} to do nothing. */
	@Nullable Drain drainToStopFor() {
		return this.state.drainToStopFor();
	}

	/**
	 * Does the step within the time of the drain.
	 * @return a future of a sentence about what was found
	 */
	abstract CompletableFuture<String> perform(Drain drain);

	/** Undoes the step, if there is anything to undo. */
	void undo() {
	}

	final ShutdownState state() {
		return this.state;
	}

	final TimeSource time() {
		return this.time;
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	@Override
	public int getPhase() {
		return this.phase;
	}

	/**
	 * Declares that a paused context, as the test framework of Spring 7 has, pauses
	 * nothing here.
	 */
	@SuppressWarnings("MissingOverride") // Spring 6 does not have it
	public boolean isPauseable() {
		return false;
	}

}
