package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.github.gracefulshutdown.Outcome;
import io.github.gracefulshutdown.Stage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Where the instance stands: its stage, the drain that is under way, and the one deadline
 * that begins with the first sign of a shutdown. Tells those who want to know.
 */
final class ShutdownState implements SmartInitializingSingleton {

	private static final Logger logger = LoggerFactory.getLogger(ShutdownState.class);

	private static final Duration TELLING_TIMEOUT = Duration.ofSeconds(1);

	private final ConfigurableApplicationContext context;

	private final TimeSource time;

	private final GuestRunner guests;

	private final Supplier<Duration> timeout;

	private final Duration teardownTimeout;

	private volatile List<DrainParticipant> participants = List.of();

	private volatile Stage stage = Stage.SERVING;

	private volatile @Nullable Drain drain;

	private volatile @Nullable Deadline deadline;

	private volatile @Nullable Deadline exit;

	private volatile boolean closing;

	private volatile boolean startCutShort;

	private volatile boolean interrupted;

	private volatile Duration reserve;

	private volatile @Nullable Thread closingThread;

	private volatile @Nullable String releasing;

	private long stageEnteredNanos;

	private long beganNanos;

	/** Creates the state of a serving instance whose time for a shutdown is fixed. */
	ShutdownState(ConfigurableApplicationContext context, TimeSource time, GuestRunner guests, Duration timeout,
			Duration teardownTimeout) {
		this(context, time, guests, () -> timeout, teardownTimeout);
	}

	/**
	 * Creates the state of a serving instance.
	 * @param timeout the time for a whole shutdown that begins now
	 * @param teardownTimeout the time for the teardown; it is kept free at the end, up to
	 * a fifth of the whole
	 */
	ShutdownState(ConfigurableApplicationContext context, TimeSource time, GuestRunner guests,
			Supplier<Duration> timeout, Duration teardownTimeout) {
		this.context = context;
		this.time = time;
		this.guests = guests;
		this.timeout = timeout;
		this.teardownTimeout = teardownTimeout;
		this.reserve = shorter(teardownTimeout, timeout.get().dividedBy(5));
		this.stageEnteredNanos = time.nanoTime();
	}

	@Override
	public void afterSingletonsInstantiated() {
		this.participants = List
			.copyOf(CreatedBeans.ofType(this.context.getBeanFactory(), DrainParticipant.class).values());
	}

	Stage stage() {
		return this.stage;
	}

	/** Returns the drain that is under way or has ended, {@code null} while serving. */
	@Nullable Drain drain() {
		return this.drain;
	}

	/**
	 * Returns the drain for which a step that is stopped has to do its work: the one that
	 * is under way, or one that begins now, because the context closes and the sequence
	 * was not told. There is none when the context is only stopped.
	 */
	@Nullable Drain drainToStopFor() {
		if (this.drain == null && this.context.isClosed()) {
			beginClose();
			return beginDrain();
		}
		return this.drain;
	}

	boolean isClosing() {
		return this.closing;
	}

	/** Returns whether somebody in front of a terminal asked for the shutdown. */
	boolean isInterrupted() {
		return this.interrupted;
	}

	void setInterrupted() {
		this.interrupted = true;
	}

	/** Returns the thread that closes the context, or {@code null} if none does. */
	@Nullable Thread closingThread() {
		return this.closingThread;
	}

	void setClosingThread(Thread closingThread) {
		this.closingThread = closingThread;
	}

	/** Returns the name of the resource that is being released now, if one is. */
	@Nullable String releasing() {
		return this.releasing;
	}

	void setReleasing(@Nullable String releasing) {
		this.releasing = releasing;
	}

	/**
	 * Returns the deadline, or {@code null} while there is no sign of a shutdown. In a
	 * process that goes down it is that of the process: contexts close one after the
	 * other, and what they release then takes time too.
	 */
	@Nullable Deadline deadline() {
		Deadline ofProcess = this.exit;
		return (ofProcess != null) ? ofProcess : this.deadline;
	}

	/** Returns the deadline by the time that is set for this context. */
	@Nullable Deadline ownDeadline() {
		return this.deadline;
	}

	/** Tells by when the process ends, which is no sooner than this context has to. */
	void exitBy(@Nullable Deadline ofProcess) {
		this.exit = ofProcess;
	}

	/** Returns whether the context was told to end before it served. */
	boolean isStartCutShort() {
		return this.startCutShort;
	}

	/** Notes that the process goes down since before the context serves. */
	synchronized void cutStartShort(Deadline begun, long sinceNanos) {
		this.startCutShort = true;
		this.closing = true;
		this.deadline = begun;
		this.beganNanos = sinceNanos;
	}

	/**
	 * Returns how long before the deadline the resources are released at the latest,
	 * beside what has not stopped: half of the time that is kept free at the end.
	 */
	long lateTeardownNanos() {
		return this.reserve.toNanos() / 2;
	}

	/** Returns the drain that is under way, or begins one, and with it the lame duck. */
	synchronized Drain beginDrain() {
		Drain current = this.drain;
		if (current == null) {
			Deadline whole = beginBudget();
			current = new Drain(whole.earlier(this.reserve));
			this.drain = current;
			current.setAnnounced(enter(Stage.LAME_DUCK));
		}
		return current;
	}

	/**
	 * Notes that the context closes, or is about to, for good. A drain that was requested
	 * and is still under way keeps its deadline. One that ended leaves the exit what
	 * remains of its time, unless that is too short to release the resources: the
	 * instance may have stood drained for hours.
	 */
	synchronized Deadline beginClose() {
		Drain current = this.drain;
		if (!this.closing && current != null && current.isEnded()) {
			if (beginBudget().remaining().compareTo(this.reserve) < 0) {
				this.deadline = null;
			}
		}
		this.closing = true;
		return beginBudget();
	}

	/**
	 * Has a shutdown for good end within the given time, if that is less than it has. The
	 * steps, which may take their time, hear of it with {@link #hurrySteps()}.
	 * @param grace the time
	 * @return {@code false} if nothing has changed
	 */
	synchronized boolean hurry(Duration grace) {
		Deadline before = this.deadline;
		if (!this.closing || before == null || before.remaining().compareTo(grace) <= 0) {
			return false;
		}
		this.reserve = shorter(this.reserve, grace.dividedBy(5)); // is read after it
		this.deadline = Deadline.in(grace, this.time);
		return true;
	}

	/** Has the steps end by the deadline that was moved. */
	void hurrySteps() {
		Drain current;
		Deadline sooner;
		synchronized (this) {
			current = this.drain;
			sooner = this.deadline;
		}
		if (current != null && sooner != null) {
			current.hurry(sooner.earlier(this.reserve));
		}
	}

	private static Duration shorter(Duration one, Duration other) {
		return (one.compareTo(other) < 0) ? one : other;
	}

	private Deadline beginBudget() {
		Deadline current = this.deadline;
		if (current == null) {
			this.beganNanos = this.time.nanoTime();
			Duration whole = this.timeout.get();
			this.reserve = shorter(this.teardownTimeout, whole.dividedBy(5));
			current = Deadline.in(whole, this.time);
			this.deadline = current;
		}
		return current;
	}

	/** Forgets the drain because it was undone. */
	synchronized void endDrain() {
		this.drain = null;
		if (!this.closing) {
			this.deadline = null;
		}
	}

	synchronized Duration sinceBegin() {
		return Duration.ofNanos(this.time.nanoTime() - this.beganNanos);
	}

	/**
	 * Enters the stage and tells of it.
	 * @return a future that completes, never exceptionally, when all were told or their
	 * time is over
	 */
	CompletableFuture<Void> enter(Stage next) {
		StageChangedEvent event = change(next);
		return tell("stage " + next, event, (participant) -> participant.stageChanged(event));
	}

	/**
	 * Tells that requests are refused next.
	 * @return a future that completes, never exceptionally, when all were told or their
	 * time is over
	 */
	CompletableFuture<Void> lastCall() {
		return tell("the last call", new LastCallEvent(this.context), DrainParticipant::lastCall);
	}

	/**
	 * Tells the listeners what is stuck.
	 * @return a future that completes, never exceptionally, when they were told or their
	 * time is over
	 */
	CompletableFuture<Void> reported(ShutdownReport report) {
		return tellListeners("the report", new ShutdownReportEvent(this.context, report));
	}

	/** Tells that the context closes, in this thread. */
	void contextCloses() {
		for (DrainParticipant participant : this.participants) {
			try {
				participant.contextCloses();
			}
			catch (RuntimeException | Error ex) {
				logger.warn("A participant for the close failed; the shutdown goes on", ex);
			}
		}
	}

	private CompletableFuture<Void> tell(String what, ApplicationEvent event, Consumer<DrainParticipant> word) {
		List<CompletableFuture<Void>> told = new ArrayList<>();
		for (DrainParticipant participant : this.participants) {
			told.add(run("participant", what, () -> word.accept(participant)));
		}
		told.add(tellListeners(what, event));
		return CompletableFuture.allOf(told.toArray(CompletableFuture<?>[]::new));
	}

	private CompletableFuture<Void> tellListeners(String what, ApplicationEvent event) {
		return run("listener", what, () -> this.context.publishEvent(event));
	}

	private CompletableFuture<Void> run(String who, String what, Runnable code) {
		return this.guests.run(who, TELLING_TIMEOUT, () -> {
			code.run();
			return who;
		}).handle((done, ex) -> {
			if (ex != null) {
				logger.warn("A {} for {} failed; the shutdown goes on", who, what, ex);
			}
			return null;
		});
	}

	private synchronized StageChangedEvent change(Stage next) {
		Stage previous = this.stage;
		long now = this.time.nanoTime();
		Duration spent = Duration.ofNanos(now - this.stageEnteredNanos);
		this.stage = next;
		this.stageEnteredNanos = now;
		Drain current = this.drain;
		return new StageChangedEvent(this.context, previous, next, spent,
				(current != null) ? current.outcome() : Outcome.CLEAN);
	}

}
