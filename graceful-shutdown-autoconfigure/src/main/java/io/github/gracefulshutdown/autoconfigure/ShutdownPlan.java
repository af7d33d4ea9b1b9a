package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;
import java.util.List;

import io.github.gracefulshutdown.TeardownResource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Says at the start how a shutdown will go, and what will not work. It does so on a
 * thread of its own: the start does not wait for it.
 */
final class ShutdownPlan implements ApplicationListener<ApplicationReadyEvent> {

	private static final Logger logger = LoggerFactory.getLogger(ShutdownPlan.class);

	private static final Duration TIMEOUT = Duration.ofSeconds(10);

	private final ConfigurableApplicationContext context;

	private final GracefulShutdownProperties properties;

	private final Budget budget;

	private final StartupChecks checks;

	private final GuestRunner guests;

	ShutdownPlan(ConfigurableApplicationContext context, GracefulShutdownProperties properties, Budget budget,
			StartupChecks checks, GuestRunner guests) {
		this.context = context;
		this.properties = properties;
		this.budget = budget;
		this.checks = checks;
		this.guests = guests;
	}

	@Override
	@SuppressWarnings("FutureReturnValueIgnored") // it logs what it finds
	public void onApplicationEvent(ApplicationReadyEvent event) {
		if (event.getApplicationContext() != this.context) {
			return;
		}
		this.guests.run("plan", TIMEOUT, () -> {
			this.checks.run(logger::warn);
			logger.info(plan());
			return true;
		}).whenComplete((done, ex) -> {
			if (ex != null && !this.context.isClosed()) {
				logger.warn("Could not look at how a shutdown will go", ex);
			}
		});
	}

	private String plan() {
		List<String> announcements = this.context.getBeansOfType(AnnouncementSource.class)
			.values()
			.stream()
			.flatMap((source) -> source.announcements().stream())
			.map(Announcement::name)
			.toList();
		Duration minimum = this.properties.getLameDuck().getMinimum();
		Budget.Times times = this.budget.times();
		return ("Graceful shutdown within %d ms%s: leave %s (%d ms), lame duck (%s to %d ms), drain (%d ms), release %d "
				+ "resources (%d ms)")
			.formatted(times.timeout().toMillis(), reason(times), announcements,
					this.properties.getDeregistration().getTimeout().toMillis(),
					(minimum != null) ? minimum.toMillis()
							: "0 or " + LameDuckLifecycle.MINIMUM_WHERE_CALLERS_FOLLOW.toMillis(),
					times.lameDuckMaximum().toMillis(), times.drain().toMillis(),
					this.context.getBeanNamesForType(TeardownResource.class).length,
					this.properties.getTeardown().getTimeout().toMillis());
	}

	/** Says why it is not as long as was set, if it is not. */
	private String reason(Budget.Times times) {
		Duration gracePeriod = times.gracePeriod();
		int longer = times.timeout().compareTo(this.properties.getTimeout());
		return (gracePeriod == null || longer == 0) ? "" : " (%s to the grace period of the platform, %d ms)"
			.formatted((longer < 0) ? "cut" : "grown", gracePeriod.toMillis());
	}

}
