package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.gracefulshutdown.Outcome;
import io.github.gracefulshutdown.WorkInFlight;
import org.jspecify.annotations.Nullable;

/** One drain: its time, how it can be undone, and what its steps found. */
final class Drain {

	private final CompletableFuture<Void> hurried = new CompletableFuture<>();

	private final CompletableFuture<Void> cancelled = new CompletableFuture<>();

	private final CompletableFuture<Outcome> ended = new CompletableFuture<>();

	private final Map<String, Duration> stepTimes = Collections.synchronizedMap(new LinkedHashMap<>());

	private final List<String> withdrawn = new CopyOnWriteArrayList<>();

	private volatile @Nullable Thread sequence;

	private volatile Deadline deadline;

	private volatile CompletableFuture<Void> announced = CompletableFuture.completedFuture(null);

	private volatile boolean followedByCallers;

	private volatile @Nullable LameDuckWindow lameDuckWindow;

	private volatile List<WorkInFlight> stuck = List.of();

	private volatile @Nullable ShutdownReport report;

	Drain(Deadline deadline) {
		this.deadline = deadline;
	}

	/** Returns when the last of the steps before the container's own has to be over. */
	Deadline deadline() {
		return this.deadline;
	}

	/** Notes that the steps are done on this thread. */
	void runsHere() {
		this.sequence = Thread.currentThread();
	}

	/** Returns whether the steps are being done on another thread. */
	boolean runsElsewhere() {
		Thread other = this.sequence;
		return other != null && other != Thread.currentThread() && !this.ended.isDone();
	}

	/** Moves the deadline, and asks the steps to wait for no more than the work. */
	void hurry(Deadline sooner) {
		this.deadline = sooner;
		this.hurried.complete(null);
	}

	boolean isHurried() {
		return this.hurried.isDone();
	}

	/**
	 * Returns what completes when the deadline was moved. Dependents are the caller's.
	 */
	CompletableFuture<Void> hurried() {
		return this.hurried.copy();
	}

	/**
	 * Returns what completes after the given time, or at the deadline if that comes
	 * before, also when it is moved meanwhile.
	 */
	CompletableFuture<Void> in(Duration duration, TimeSource time) {
		CompletableFuture<Void> moved = hurried().thenCompose((hurried) -> time.in(this.deadline.remaining()));
		return CompletableFuture.anyOf(time.in(this.deadline.atMost(duration)), moved).thenAccept((first) -> {
		});
	}

	/** Asks the steps to end at once because the drain is undone. */
	void cancel() {
		this.cancelled.complete(null);
	}

	/** Returns what completes when the drain is undone. Dependents are the caller's. */
	CompletableFuture<Void> cancelled() {
		return this.cancelled.copy();
	}

	boolean isCancelled() {
		return this.cancelled.isDone();
	}

	/** Returns what completes when the listeners have heard of the lame duck. */
	CompletableFuture<Void> announced() {
		return this.announced;
	}

	void setAnnounced(CompletableFuture<Void> announced) {
		this.announced = announced;
	}

	void end() {
		if (isCancelled()) {
			this.ended.cancel(false);
		}
		this.ended.complete(outcome());
	}

	/**
	 * Returns what completes when all steps have ended, and fails when they were cut
	 * short because the drain is undone.
	 */
	CompletableFuture<Outcome> ended() {
		return this.ended.copy();
	}

	/** Waits until the steps have ended, however they did. */
	void awaitEnd() {
		this.ended.handle((outcome, ex) -> outcome).join();
	}

	boolean isEnded() {
		return this.ended.isDone();
	}

	Outcome outcome() {
		return this.stuck.isEmpty() ? Outcome.CLEAN : Outcome.TIMED_OUT;
	}

	void recordStepTime(String step, Duration time) {
		this.stepTimes.put(step, time);
	}

	Map<String, Duration> stepTimes() {
		synchronized (this.stepTimes) {
			return new LinkedHashMap<>(this.stepTimes);
		}
	}

	List<String> withdrawn() {
		return List.copyOf(this.withdrawn);
	}

	void addWithdrawn(String name) {
		this.withdrawn.add(name);
	}

	boolean isFollowedByCallers() {
		return this.followedByCallers;
	}

	void setFollowedByCallers() {
		this.followedByCallers = true;
	}

	/** Returns the window of the lame duck, or {@code null} if it has not begun. */
	@Nullable LameDuckWindow lameDuckWindow() {
		return this.lameDuckWindow;
	}

	void setLameDuckWindow(LameDuckWindow lameDuckWindow) {
		this.lameDuckWindow = lameDuckWindow;
	}

	/** Returns the work that was left when the time for the drain was over. */
	List<WorkInFlight> stuck() {
		return this.stuck;
	}

	/** Returns what was reported of it, or {@code null} if there was nothing. */
	@Nullable ShutdownReport report() {
		return this.report;
	}

	void setReport(ShutdownReport report) {
		this.report = report;
	}

	void setStuck(List<WorkInFlight> stuck) {
		this.stuck = List.copyOf(stuck);
	}

}
