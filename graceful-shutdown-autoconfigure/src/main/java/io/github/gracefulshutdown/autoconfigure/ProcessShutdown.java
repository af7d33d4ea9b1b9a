package io.github.gracefulshutdown.autoconfigure;

import java.util.function.IntConsumer;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.logging.LoggingSystem;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * The end of a process, which all of its contexts share: one hook, one watchdog, one pair
 * of ears for signals. They are there from the first context to the last, and stay if the
 * JVM goes down, for whatever else keeps it. Only for a process that is the application's
 * own: a container has all of this itself.
 */
final class ProcessShutdown {

	private static final ProcessShutdown OF_THIS_JVM = new ProcessShutdown(new SystemTimeSource(),
			ProcessShutdown::flushLog, Runtime.getRuntime()::halt);

	private final ContextShutdowns contexts = new ContextShutdowns();

	private final TimeSource time;

	private final Runnable logFlush;

	private final IntConsumer halt;

	private @Nullable Watch watch;

	ProcessShutdown(TimeSource time, Runnable logFlush, IntConsumer halt) {
		this.time = time;
		this.logFlush = logFlush;
		this.halt = halt;
	}

	static ProcessShutdown ofThisJvm() {
		return OF_THIS_JVM;
	}

	/** Ends the logging system, as Spring Boot does when a process exits by itself. */
	private static void flushLog() {
		@Nullable Runnable shutdown = LoggingSystem.get(ProcessShutdown.class.getClassLoader()).getShutdownHandler();
		if (shutdown != null) {
			shutdown.run();
		}
	}

	/** Returns what is known of the context, or {@code null} if it has not joined. */
	@Nullable ContextShutdown find(ConfigurableApplicationContext context) {
		return this.contexts.find(context);
	}

	/** Has the context take part. One that joins late has what time is left. */
	synchronized void join(ContextShutdown context) {
		Watch current = this.watch;
		Deadline left = this.contexts.latest();
		if (current != null && current.watchdog.isGoingDown() && left != null) {
			context.joinedLate(left, this.time.nanoTime());
		}
		this.contexts.add(context);
		if (current == null) {
			current = new Watch();
			this.watch = current;
			current.start();
		}
		current.signals.listenTo(context.signals());
	}

	/** Has the context, which has closed or not come to life, take part no more. */
	synchronized void leave(ContextShutdown context) {
		context.ended();
		Watch current = this.watch;
		if (current == null || JvmExit.isUnderWay()) {
			return;
		}
		if (this.contexts.all().size() == 1 && !current.stop()) {
			return;
		}
		this.contexts.remove(context);
		if (this.contexts.all().isEmpty()) {
			this.watch = null;
		}
	}

	/** What is there as long as there are contexts. */
	private final class Watch {

		private final Watchdog watchdog = new Watchdog(ProcessShutdown.this.contexts, ProcessShutdown.this.time,
				ProcessShutdown.this.logFlush, ProcessShutdown.this.halt);

		private final ShutdownSignals signals = new ShutdownSignals(ProcessShutdown.this.contexts,
				this.watchdog::deadlineMoved);

		private final Thread hook = new Thread(this.watchdog::goingDown, "graceful-shutdown-signal");

		void start() {
			this.watchdog.start();
			this.signals.start();
			try {
				Runtime.getRuntime().addShutdownHook(this.hook);
			}
			catch (IllegalStateException ex) { // the JVM is going down already
				this.watchdog.goingDown();
			}
		}

		/** Returns {@code false} if the JVM is going down: hold the deadline. */
		boolean stop() {
			try {
				Runtime.getRuntime().removeShutdownHook(this.hook);
			}
			catch (IllegalStateException ex) {
				return false;
			}
			this.signals.stop();
			this.watchdog.dismiss();
			return true;
		}

	}

}
