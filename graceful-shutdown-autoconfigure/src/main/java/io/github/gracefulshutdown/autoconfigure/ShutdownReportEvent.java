package io.github.gracefulshutdown.autoconfigure;

import org.springframework.context.ApplicationEvent;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Published when the time for the drain is over and work is left, and before a process is
 * halted at its deadline. Listeners run on a thread of the shutdown, which waits for them
 * for at most a second, and for 150 ms before it halts. Nobody is told of what keeps the
 * process when the context has closed.
 */
public final class ShutdownReportEvent extends ApplicationEvent {

	private final ShutdownReport report;

	ShutdownReportEvent(ConfigurableApplicationContext source, ShutdownReport report) {
		super(source);
		this.report = report;
	}

	/**
	 * Returns what is stuck.
	 * @return the report
	 */
	public ShutdownReport getReport() {
		return this.report;
	}

}
