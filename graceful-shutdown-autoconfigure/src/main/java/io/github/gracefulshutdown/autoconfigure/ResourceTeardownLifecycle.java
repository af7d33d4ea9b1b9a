package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

import io.github.gracefulshutdown.DrainGate;
import io.github.gracefulshutdown.Stage;
import io.github.gracefulshutdown.TeardownResource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.ListableBeanFactory;

/**
 * Releases the resources of the application one after the other, after everything that
 * the container stops by itself, or shortly before the deadline beside what has not
 * stopped, and sums the shutdown up. Each resource has an equal share of the time that is
 * left, so what one does not need is the others'.
 */
final class ResourceTeardownLifecycle extends AbstractStepLifecycle {

	// Below the executors (Integer.MAX_VALUE / 2), above connection factories and
	// logging.
	static final int PHASE = 1000;

	private static final Logger logger = LoggerFactory.getLogger(ResourceTeardownLifecycle.class);

	private final ListableBeanFactory beanFactory;

	private final DrainGate gate;

	private final GuestRunner guests;

	private final Duration timeout;

	private @Nullable CompletableFuture<String> release;

	ResourceTeardownLifecycle(ShutdownState state, TimeSource time, ListableBeanFactory beanFactory, DrainGate gate,
			GuestRunner guests, Duration timeout) {
		super("teardown", PHASE, state, time);
		this.beanFactory = beanFactory;
		this.gate = gate;
		this.guests = guests;
		this.timeout = timeout;
	}

	/** Releases only when the context closes: what is released does not come back. */
	@Override
	@Nullable Drain drainToStopFor() {
		return state().isClosing() ? super.drainToStopFor() : null;
	}

	@Override
	public void stop(Runnable callback) {
		Drain drain = drainToStopFor();
		if (drain == null) {
			callback.run(); // and goes on: the resources are still there to be released
			return;
		}
		stopAndWait();
		try {
			logSummary(drain);
		}
		finally {
			callback.run();
		}
	}

	/**
	 * Releases the resources now, because the process is about to be halted, and what is
	 * not released by then never is. Nothing is let in that might need them. The
	 * container finds them released if it comes to them after all.
	 */
	@SuppressWarnings("FutureReturnValueIgnored") // what was found is in the log
	void releaseLate() {
		this.guests.run("late-teardown", Objects.requireNonNull(state().deadline()).remaining(), () -> {
			Drain drain = state().isClosing() ? state().drain() : null; // begins none
			if (drain != null && !hasBegun()) {
				this.gate.close();
				CompletableFuture<String> late = perform(drain);
				// Not before, because the log may hang.
				logger.warn("The container has not stopped what comes before the resources, and the deadline is near: "
						+ "releasing them now");
				late.thenAccept((found) -> logger.info("Before the deadline: {}", found));
			}
			return true;
		}).exceptionally((ex) -> {
			logger.warn("Could not release the resources before the deadline", ex);
			return false;
		});
	}

	private synchronized boolean hasBegun() {
		return this.release != null;
	}

	@Override
	synchronized CompletableFuture<String> perform(Drain drain) {
		CompletableFuture<String> current = this.release;
		if (current == null) {
			CompletableFuture<Void> begin = new CompletableFuture<>();
			current = begin.thenCompose((go) -> release());
			this.release = current; // before the first is released, whatever becomes of
									// it
			begin.complete(null);
		}
		return current;
	}

	private CompletableFuture<String> release() {
		Deadline deadline = Deadline.in(Objects.requireNonNull(state().deadline()).atMost(this.timeout), time());
		List<NamedResource> resources = resources();
		List<String> released = new ArrayList<>();
		CompletableFuture<Void> all = CompletableFuture.completedFuture(null);
		for (int i = 0; i < resources.size(); i++) {
			NamedResource resource = resources.get(i);
			int left = resources.size() - i;
			all = all.thenCompose((before) -> release(resource, deadline.remaining().dividedBy(left), released));
		}
		return all.thenCompose((done) -> state().enter(Stage.RELEASED))
			.thenApply((told) -> "released %d of %d resources %s%s".formatted(released.size(), resources.size(),
					released, unused(resources.size())));
	}

	/** Returns the resources of this context that somebody has used. */
	private List<NamedResource> resources() {
		List<NamedResource> resources = new ArrayList<>();
		CreatedBeans.ofType(this.beanFactory, TeardownResource.class)
			.forEach((name, bean) -> resources.add(new NamedResource(name, bean)));
		return resources;
	}

	/** Returns what is said of lazy resources that nobody has used. */
	private String unused(int released) {
		int unused = this.beanFactory.getBeanNamesForType(TeardownResource.class, false, false).length - released;
		return (unused > 0) ? ", %d were never created".formatted(unused) : "";
	}

	private CompletableFuture<Void> release(NamedResource resource, Duration bound, List<String> released) {
		long startNanos = time().nanoTime();
		return this.guests.run("teardown", bound, () -> {
			state().setReleasing(resource.name());
			resource.bean().release();
			return true;
		}).handle((done, ex) -> {
			state().setReleasing(null);
			long tookMillis = Duration.ofNanos(time().nanoTime() - startNanos).toMillis();
			if (ex != null) {
				logger.warn("Could not release '{}' ({} ms); the shutdown goes on", resource.name(), tookMillis, ex);
			}
			else {
				released.add("%s (%d ms)".formatted(resource.name(), tookMillis));
			}
			return null;
		});
	}

	private void logSummary(Drain drain) {
		String steps = drain.stepTimes()
			.entrySet()
			.stream()
			.map((step) -> "%s %d ms".formatted(step.getKey(), step.getValue().toMillis()))
			.collect(Collectors.joining(", "));
		Collection<RequestAdmission> admissions = CreatedBeans.ofType(this.beanFactory, RequestAdmission.class)
			.values();
		long stragglers = admissions.stream().mapToLong(RequestAdmission::stragglers).sum();
		long rejected = admissions.stream().mapToLong(RequestAdmission::rejected).sum();
		logger.info("Graceful shutdown ended {} after {} ms: {}; {} stragglers, {} rejected, {} left in flight",
				drain.outcome(), state().sinceBegin().toMillis(), steps, stragglers, rejected, drain.stuck().size());
	}

	private record NamedResource(String name, TeardownResource bean) {
	}

}
