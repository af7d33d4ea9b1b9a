package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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

	private final Readiness readiness;

	private final GuestRunner guests;

	private final Duration timeout;

	private final Queue<Found> withdrawn = new ConcurrentLinkedQueue<>();

	RegistryDeregistrationLifecycle(ShutdownState state, TimeSource time, ApplicationContext context,
			Readiness readiness, GuestRunner guests, Duration timeout) {
		super("deregistration", PHASE, state, time);
		this.context = context;
		this.readiness = readiness;
		this.guests = guests;
		this.timeout = timeout;
	}

	@Override
	CompletableFuture<String> perform(Drain drain) {
		Deadline deadline = Deadline.in(drain.deadline().atMost(this.timeout), time());
		CompletableFuture<Void> readiness = change("refused", deadline, () -> this.readiness.leave(isTerminated()));
		CompletableFuture<List<Withdrawal>> announcements = withdrawAll(drain, deadline);
		CompletableFuture<Void> told = CompletableFuture.allOf(drain.announced(), readiness, announcements);
		return CompletableFuture.anyOf(told, drain.cancelled(), drain.hurried())
			.thenApply((first) -> drain.isCancelled() ? "undone"
					: told.isDone() ? Withdrawal.summaryOf(announcements.join()) : "cut short");
	}

	private CompletableFuture<Void> change(String what, Deadline deadline, Runnable change) {
		return this.guests.run("readiness", deadline.remaining(), () -> {
			change.run();
			return true;
		}).handle((changed, ex) -> {
			if (ex != null) {
				logger.warn("A listener for readiness that is {} failed; the shutdown goes on", what, ex);
			}
			return null;
		});
	}

	/** Returns whether the process ends, as after SIGTERM. */
	private boolean isTerminated() {
		return state().isClosing() && JvmExit.isUnderWay();
	}

	/** Asks each source by itself, so that none keeps another from being left. */
	private CompletableFuture<List<Withdrawal>> withdrawAll(Drain drain, Deadline deadline) {
		return this.guests
			.run("announcements", deadline.remaining(),
					() -> this.context.getBeansOfType(AnnouncementSource.class).values())
			.exceptionally(RegistryDeregistrationLifecycle::nothingFound)
			.thenCompose((sources) -> allOf(sources, (source) -> withdrawAll(source, drain, deadline)));
	}

	private CompletableFuture<List<Withdrawal>> withdrawAll(AnnouncementSource source, Drain drain, Deadline deadline) {
		return this.guests
			.run("announcements", deadline.remaining(), () -> source.announcements().stream().map(Found::of).toList())
			.exceptionally(RegistryDeregistrationLifecycle::nothingFound)
			.thenCompose((found) -> allOf(found, (announcement) -> withdraw(announcement, drain, deadline)));
	}

	private static <T> List<T> nothingFound(Throwable failure) {
		logger.warn("Could not find out where this instance is announced; the shutdown goes on", failure);
		return List.of();
	}

	private static <T> CompletableFuture<List<Withdrawal>> allOf(Collection<T> parts,
			Function<T, CompletableFuture<List<Withdrawal>>> withdraw) {
		List<CompletableFuture<List<Withdrawal>>> withdrawals = parts.stream().map(withdraw).toList();
		return CompletableFuture.allOf(withdrawals.toArray(CompletableFuture[]::new))
			.thenApply((done) -> withdrawals.stream().flatMap((part) -> part.join().stream()).toList());
	}

	private CompletableFuture<List<Withdrawal>> withdraw(Found found, Drain drain, Deadline deadline) {
		this.withdrawn.add(found);
		if (found.followedByCallers()) {
			drain.setFollowedByCallers();
		}
		long startNanos = time().nanoTime();
		return withdraw(found, drain, deadline, 1).handle((done, ex) -> {
			Duration took = Duration.ofNanos(time().nanoTime() - startNanos);
			if (ex != null) {
				logger.warn("Could not withdraw {}; the shutdown goes on", found.name(), ex);
			}
			else {
				drain.addWithdrawn(found.name());
			}
			return List.of(new Withdrawal(found.name(), took, ex == null));
		});
	}

	private CompletableFuture<Boolean> withdraw(Found found, Drain drain, Deadline deadline, int attempt) {
		return this.guests.run("deregistration", deadline.remaining(), () -> {
			found.announcement().withdraw();
			if (drain.isCancelled()) { // it ended so late that it would undo the resume
				found.announcement().restore();
			}
			return true;
		}).exceptionallyCompose((ex) -> {
			if (attempt == ATTEMPTS || isTimeout(ex) || deadline.remaining().compareTo(RETRY_DELAY) < 0) {
				return CompletableFuture.failedFuture(ex);
			}
			logger.debug("Attempt {} to withdraw {} failed", attempt, found.name(), ex);
			return time().in(RETRY_DELAY).thenCompose((waited) -> withdraw(found, drain, deadline, attempt + 1));
		});
	}

	private static boolean isTimeout(@Nullable Throwable failure) {
		return (failure instanceof CompletionException) ? isTimeout(failure.getCause())
				: failure instanceof TimeoutException;
	}

	/** Publishes the readiness first, because a registry may look at the health. */
	@Override
	void undo() {
		change("as it was", Deadline.in(this.timeout, time()), this.readiness::serveAgain).join();
		Deadline deadline = Deadline.in(this.timeout, time());
		List<CompletableFuture<?>> restored = new ArrayList<>();
		for (Found found = this.withdrawn.poll(); found != null; found = this.withdrawn.poll()) {
			restored.add(restore(found, deadline));
		}
		CompletableFuture.allOf(restored.toArray(CompletableFuture[]::new)).join();
	}

	private CompletableFuture<Boolean> restore(Found found, Deadline deadline) {
		return this.guests.run("registration", deadline.remaining(), () -> {
			found.announcement().restore();
			return true;
		}).exceptionally((ex) -> {
			logger.warn("Could not restore {}; restart this instance if it stays away", found.name(), ex);
			return false;
		});
	}

	/** An announcement and what it says of itself, asked where it may take its time. */
	private record Found(Announcement announcement, String name, boolean followedByCallers) {

		static Found of(Announcement announcement) {
			return new Found(announcement, announcement.name(), announcement.isFollowedByCallers());
		}

	}

}
