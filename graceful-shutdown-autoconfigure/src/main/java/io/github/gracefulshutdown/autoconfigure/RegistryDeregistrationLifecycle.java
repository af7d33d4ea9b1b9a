package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeoutException;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.context.ApplicationContext;
import org.springframework.context.SmartLifecycle;

/**
 * Tells everybody who can be told that this instance leaves: readiness, health, every
 * registry, all at the same time. What fails is tried again while there is time, and then
 * logged.
 */
final class RegistryDeregistrationLifecycle extends AbstractStepLifecycle {

	static final int PHASE = SmartLifecycle.DEFAULT_PHASE;

	private static final Logger logger = LoggerFactory.getLogger(RegistryDeregistrationLifecycle.class);

	private static final int ATTEMPTS = 3;

	private static final Duration RETRY_DELAY = Duration.ofMillis(200);

	private final ApplicationContext context;

	private final ObjectProvider<AnnouncementSource> sources;

	private final GuestRunner guests;

	private final Duration timeout;

	private volatile List<Announcement> withdrawn = List.of();

	RegistryDeregistrationLifecycle(ShutdownState state, TimeSource time, ApplicationContext context,
			ObjectProvider<AnnouncementSource> sources, GuestRunner guests, Duration timeout) {
		super("deregistration", PHASE, state, time);
		this.context = context;
		this.sources = sources;
		this.guests = guests;
		this.timeout = timeout;
	}

	@Override
	CompletableFuture<String> perform(Drain drain) {
		Deadline deadline = Deadline.in(drain.deadline().atMost(this.timeout), time());
		CompletableFuture<Void> readiness = publishReadiness(ReadinessState.REFUSING_TRAFFIC, deadline);
		CompletableFuture<String> announcements = find(deadline)
			.thenCompose((found) -> withdraw(found, drain, deadline));
		return CompletableFuture.allOf(drain.announced(), readiness).thenCombine(announcements, (told, left) -> left);
	}

	private CompletableFuture<Void> publishReadiness(ReadinessState readiness, Deadline deadline) {
		return this.guests.run("readiness", deadline.remaining(), () -> {
			AvailabilityChangeEvent.publish(this.context, readiness);
			return readiness;
		}).handle((published, ex) -> {
			if (ex != null) {
				logger.warn("A listener for readiness {} failed; the shutdown goes on", readiness, ex);
			}
			return null;
		});
	}

	private CompletableFuture<List<Announcement>> find(Deadline deadline) {
		return this.guests.run("announcements", deadline.remaining(), () -> {
			List<Announcement> found = new ArrayList<>();
			this.sources.orderedStream().forEach((source) -> found.addAll(source.announcements()));
			return found;
		}).exceptionally((ex) -> {
			logger.warn("Could not find out where this instance is registered; the shutdown goes on", ex);
			return List.of();
		});
	}

	private CompletableFuture<String> withdraw(List<Announcement> found, Drain drain, Deadline deadline) {
		this.withdrawn = found;
		ConcurrentLinkedQueue<String> left = new ConcurrentLinkedQueue<>();
		CompletableFuture<?>[] all = found.stream()
			.map((announcement) -> withdraw(announcement, deadline, 1).handle((done, ex) -> {
				if (ex != null) {
					logger.warn("Could not withdraw {}; the shutdown goes on", announcement.name(), ex);
				}
				else {
					left.add(announcement.name());
				}
				if (announcement.isFollowedByCallers()) {
					drain.setFollowedByCallers();
				}
				return null;
			}))
			.toArray(CompletableFuture[]::new);
		return CompletableFuture.allOf(all).thenApply((done) -> {
			drain.setWithdrawn(List.copyOf(left));
			return "withdrew %d of %d announcements %s".formatted(left.size(), found.size(), left);
		});
	}

	private CompletableFuture<Boolean> withdraw(Announcement announcement, Deadline deadline, int attempt) {
		return this.guests.run("deregistration", deadline.remaining(), () -> {
			announcement.withdraw();
			return true;
		}).exceptionallyCompose((ex) -> {
			if (attempt == ATTEMPTS || isTimeout(ex) || deadline.remaining().compareTo(RETRY_DELAY) < 0) {
				return CompletableFuture.failedFuture(ex);
			}
			logger.debug("Attempt {} to withdraw {} failed", attempt, announcement.name(), ex);
			return time().in(RETRY_DELAY).thenCompose((waited) -> withdraw(announcement, deadline, attempt + 1));
		});
	}

	private static boolean isTimeout(@Nullable Throwable failure) {
		return (failure instanceof CompletionException) ? isTimeout(failure.getCause())
				: failure instanceof TimeoutException;
	}

	@Override
	void undo() {
		Deadline deadline = Deadline.in(this.timeout, time());
		List<CompletableFuture<?>> restored = new ArrayList<>();
		for (Announcement announcement : this.withdrawn) {
			restored.add(this.guests.run("registration", deadline.remaining(), () -> {
				announcement.restore();
				return true;
			}).exceptionally((ex) -> {
				logger.warn("Could not restore {}; restart this instance if it stays away", announcement.name(), ex);
				return false;
			}));
		}
		restored.add(publishReadiness(ReadinessState.ACCEPTING_TRAFFIC, deadline));
		this.withdrawn = List.of();
		CompletableFuture.allOf(restored.toArray(CompletableFuture[]::new)).join();
	}

}
