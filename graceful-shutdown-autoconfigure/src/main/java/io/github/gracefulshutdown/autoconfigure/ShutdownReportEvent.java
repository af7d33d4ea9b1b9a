package io.github.gracefulshutdown.autoconfigure;

import org.springframework.context.ApplicationEvent;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Published when the time for the drain is over and work is left. Listeners run on a
 * thread of the shutdown, which waits for them for at most a second. The report of a
 * process that is halted is not published: there may be nobody left to hear of it.
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
