package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * What one context has to do with the end of its process, from before its first bean to
 * after its last. While it starts there is nothing to drain and nobody to tell, but a
 * time by which it has to be over.
 */
final class ContextShutdown {

	private static final Logger logger = LoggerFactory.getLogger(ContextShutdown.class);

	// In which a thread that has closed the context calls System.exit, if it does: at
	// once, but on a machine that is busy.
	private static final Duration TO_EXIT = Duration.ofSeconds(10);

	private final ConfigurableApplicationContext context;

	private final ConfigurableListableBeanFactory beanFactory;

	private final GracefulShutdownProperties properties;

	private final TimeSource time;

	private final boolean closedByJvm;

	private final Thread startup = Thread.currentThread();

	private final TerminationMessage terminationMessage;

	private final long timeoutNanos;

	private volatile @Nullable ShutdownParts parts;

	private volatile boolean started;

	private volatile boolean goingDown;

	private final CountDownLatch ended = new CountDownLatch(1);

	private volatile long goingDownNanos;

	private volatile @Nullable Deadline deadline;

	private volatile @Nullable Deadline exit;

	/**
	 * Creates what knows of a context that starts on this thread.
	 * @param properties the settings, read before there are beans
	 * @param closedByJvm whether the context closes when the JVM goes down
	 */
	ContextShutdown(ConfigurableApplicationContext context, ConfigurableListableBeanFactory beanFactory,
			GracefulShutdownProperties properties, TimeSource time, boolean closedByJvm) {
		this.context = context;
		this.beanFactory = beanFactory;
		this.properties = properties;
		this.time = time;
		this.closedByJvm = closedByJvm;
		this.timeoutNanos = properties.getTimeout().toNanos();
		this.terminationMessage = TerminationMessage.in(properties.getTerminationMessagePath());
	}

	boolean isOf(ConfigurableApplicationContext other) {
		return this.context == other;
	}

	String name() {
		String id = this.context.getId();
		return (id != null) ? id : this.context.getDisplayName();
	}

	boolean isForced() {
		return this.properties.getForceExit().isEnabled();
	}

	int exitCode() {
		return this.properties.getForceExit().getExitCode();
	}

	List<String> signals() {
		return this.properties.getSecondSignal().getSignals();
	}

	Duration grace() {
		return this.properties.getSecondSignal().getGrace();
	}

	TerminationMessage terminationMessage() {
		return this.terminationMessage;
	}

	/** Takes the beans that drain the context, as soon as there are any. */
	synchronized void attach(ShutdownParts attached) {
		Deadline begun = this.deadline;
		if (begun != null) {
			attached.state().cutStartShort(begun, this.goingDownNanos);
			attached.state().exitBy(this.exit);
		}
		this.parts = attached;
	}

	/** Notes that the context serves: from here on there is something to drain. */
	synchronized void started() {
		this.started = true;
		drainAhead();
	}

	/** Notes that the last bean of the context has gone. */
	void ended() {
		this.ended.countDown();
	}

	/**
	 * Keeps the process until the thread that closes the context has ended, or said how
	 * the process ends. A daemon, as a thread of a web server is, would not keep it, and
	 * it would end when the server has stopped, with the exit code 0.
	 */
	void closedBy(Thread closer) {
		if (closer.isDaemon() && !this.goingDown) {
			Thread keeper = new Thread(() -> awaitEndOf(closer), "graceful-shutdown-exit");
			keeper.setDaemon(false); // as the closer is
			keeper.setContextClassLoader(getClass().getClassLoader()); // not the server's
			try {
				keeper.start();
			}
			catch (OutOfMemoryError ex) { // "unable to create native thread"
				logger.warn("Could not keep the process for the exit code of thread {}", closer.getName(), ex);
			}
		}
	}

	private void awaitEndOf(Thread closer) {
		try {
			if (this.ended.await(this.timeoutNanos, TimeUnit.NANOSECONDS)) {
				closer.join(TO_EXIT.toMillis());
			}
		}
		catch (InterruptedException ex) { // nobody has a reason to
			Thread.currentThread().interrupt();
		}
	}

	private boolean isEnded() {
		return this.ended.getCount() == 0;
	}

	/** Notes that the process goes down: the context has its time from here on. */
	synchronized void goingDown(long nowNanos) {
		this.goingDownNanos = nowNanos;
		this.goingDown = true;
		ShutdownParts current = this.parts;
		if (current != null && this.started) {
			this.deadline = current.state().beginClose();
			return;
		}
		Deadline begun = Deadline.in(this.properties.getTimeout(), this.time);
		this.deadline = begun;
		if (current != null) {
			current.state().cutStartShort(begun, nowNanos);
		}
	}

	/** Notes that the process goes down since before the context joined. */
	synchronized void joinedLate(Deadline left, long sinceNanos) {
		this.goingDownNanos = sinceNanos;
		this.goingDown = true;
		this.deadline = left;
		this.exit = left;
	}

	/**
	 * Begins the drain beside those of the other contexts, which are closed one after the
	 * other.
	 */
	synchronized void drainAhead() {
		ShutdownParts current = this.parts;
		if (this.goingDown && this.started && this.closedByJvm && current != null && !isEnded()) {
			current.drainAhead().run();
		}
	}

	/** Returns the time by which the context has to be over, if it goes down. */
	@Nullable Deadline deadline() {
		return this.deadline;
	}

	/** Tells by when the process ends, which is no sooner than this context has to. */
	synchronized void exitBy(Deadline latest) {
		this.exit = latest;
		ShutdownParts current = this.parts;
		if (current != null) {
			current.state().exitBy(latest);
		}
	}

	/**
	 * Returns the nanoseconds that are left to the context in a process that goes down.
	 * It allocates nothing.
	 */
	long nanosLeft(long now, long sinceNanos) {
		Deadline current = this.deadline;
		return (current != null) ? current.nanosLeft(now) : this.timeoutNanos - (now - sinceNanos);
	}

	/** Returns how long before the end the resources are released at the latest. */
	long lateTeardownNanos() {
		ShutdownParts current = this.parts;
		return (current != null) ? current.state().lateTeardownNanos() : 0;
	}

	/**
	 * Has a shutdown for good end within the grace, if that is less than it has. What
	 * waits hears of it with {@link #hurrySteps()}.
	 * @return {@code false} if nothing has changed
	 */
	synchronized boolean hurry() {
		ShutdownParts current = this.parts;
		if (current != null) {
			boolean hurried = current.state().hurry(grace());
			if (hurried) {
				this.deadline = current.state().ownDeadline();
			}
			return hurried;
		}
		Deadline before = this.deadline;
		if (before == null || before.remaining().compareTo(grace()) <= 0) {
			return false;
		}
		this.deadline = Deadline.in(grace(), this.time);
		return true;
	}

	void hurrySteps() {
		ShutdownParts current = this.parts;
		if (current != null) {
			current.state().hurrySteps();
		}
	}

	void interrupted() {
		ShutdownParts current = this.parts;
		if (current != null) {
			current.state().setInterrupted();
		}
	}

	void releaseLate() {
		ShutdownParts current = this.parts;
		if (current != null) {
			current.releaseLate().run();
		}
	}

	/** Finds out what keeps the context from its end. */
	ContextReport report() {
		ShutdownParts current = this.parts;
		if (current != null && this.started) {
			return ContextReport.of(current);
		}
		return ContextReport.ofStart(Duration.ofNanos(this.time.nanoTime() - this.goingDownNanos),
				BeansInCreation.of(this.beanFactory), this.startup);
	}

	/** Returns whether the context has closed, and the log perhaps with it. */
	boolean hasEnded() {
		ShutdownParts current = this.parts;
		return isEnded() || (current != null && current.reporter().isContextClosed());
	}

}
