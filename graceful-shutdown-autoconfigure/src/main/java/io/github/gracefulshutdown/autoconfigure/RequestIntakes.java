package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;

/**
 * The intakes of the servers of this context, and not of its ancestors. Whatever one of
 * them throws is logged and stops nothing, and no call to one takes longer than its
 * bound.
 */
final class RequestIntakes implements SmartInitializingSingleton {

	private static final Logger logger = LoggerFactory.getLogger(RequestIntakes.class);

	private static final Duration BOUND = Duration.ofSeconds(2);

	private static final Duration BETWEEN_LOOKS = Duration.ofMillis(10);

	// For how long clients are waited for in a shutdown, all of them together, that have
	// begun something and not sent a request: a connection, a TLS handshake, a head.
	private static final Duration PATIENCE = Duration.ofSeconds(2);

	// What is left of it when the sockets are closed, for what has begun meanwhile.
	private static final Duration LAST_PATIENCE = Duration.ofMillis(200);

	private final ListableBeanFactory beanFactory;

	private final TimeSource time;

	private final GuestRunner guests;

	private volatile Collection<RequestIntake> intakes = List.of();

	private volatile Duration spent = Duration.ZERO;

	RequestIntakes(ListableBeanFactory beanFactory, TimeSource time, GuestRunner guests) {
		this.beanFactory = beanFactory;
		this.time = time;
		this.guests = guests;
	}

	@Override
	public void afterSingletonsInstantiated() {
		this.intakes = CreatedBeans.ofType(this.beanFactory, RequestIntake.class).values();
	}

	boolean isEmpty() {
		return this.intakes.isEmpty();
	}

	CompletableFuture<Void> runDry() {
		this.spent = Duration.ZERO;
		return forEach("run dry", RequestIntake::runDry);
	}

	CompletableFuture<Void> lookAtUploads(boolean end) {
		return forEach("look at uploads", (intake) -> intake.lookAtUploads(end));
	}

	CompletableFuture<Void> stopListening() {
		return forEach("stop listening", RequestIntake::stopListening);
	}

	CompletableFuture<Void> resume() {
		return forEach("resume", RequestIntake::resume);
	}

	/**
	 * Waits until nothing is on its way any more, closes the connections that are idle
	 * then, and waits for what has arrived in between. A look follows the other until
	 * {@code over}. Requests that wait for a thread are waited for that long; clients
	 * that have not sent one yet only as long as the patience with them lasts.
	 */
	CompletableFuture<Void> dry(BooleanSupplier over) {
		return dry(PATIENCE.minus(LAST_PATIENCE), over);
	}

	/** Does the same for the last time, with the rest of the patience. */
	CompletableFuture<Void> dryForGood(BooleanSupplier over) {
		Duration rest = PATIENCE.minus(this.spent);
		return dry((rest.compareTo(LAST_PATIENCE) > 0) ? rest : LAST_PATIENCE, over);
	}

	/** Answers what was only begun: that it was not executed. */
	CompletableFuture<Void> refuseUnfinished() {
		return closeIdle(Duration.ZERO);
	}

	private CompletableFuture<Void> dry(Duration patience, BooleanSupplier over) {
		long began = this.time.nanoTime();
		Deadline patient = Deadline.in(patience, this.time);
		return untilNothingIsOnTheWay(patient, over).thenCompose((dry) -> closeIdle(patience))
			.thenCompose((closed) -> untilNothingIsOnTheWay(patient, over))
			.thenRun(() -> this.spent = Duration.ofNanos(this.time.nanoTime() - began));
	}

	private CompletableFuture<Void> closeIdle(Duration patience) {
		return forEach("close idle connections", (intake) -> intake.closeIdle(patience));
	}

	private CompletableFuture<Void> untilNothingIsOnTheWay(Deadline patient, BooleanSupplier over) {
		return isWorthWaiting(patient)
			.thenCompose((worth) -> (!worth || over.getAsBoolean()) ? CompletableFuture.completedFuture(null)
					: this.time.in(BETWEEN_LOOKS).thenCompose((due) -> untilNothingIsOnTheWay(patient, over)));
	}

	private CompletableFuture<Boolean> isWorthWaiting(Deadline patient) {
		return (patient.remaining().isZero() ? sum(RequestIntake::waitingForThread) : onTheWay())
			.thenApply((count) -> count > 0);
	}

	/** Returns how many requests are on their way, none where that cannot be told. */
	CompletableFuture<Long> onTheWay() {
		return sum(RequestIntake::onTheWay);
	}

	private CompletableFuture<Long> sum(Function<RequestIntake, Long> look) {
		CompletableFuture<Long> sum = CompletableFuture.completedFuture(0L);
		for (RequestIntake intake : this.intakes) {
			CompletableFuture<Long> one = this.guests.run("intake", BOUND, () -> look.apply(intake))
				.exceptionally((ex) -> {
					logFailure(intake, "look", ex);
					return 0L;
				});
			sum = sum.thenCombine(one, Long::sum);
		}
		return sum;
	}

	private CompletableFuture<Void> forEach(String what, Consumer<RequestIntake> action) {
		List<CompletableFuture<?>> all = new ArrayList<>();
		for (RequestIntake intake : this.intakes) {
			all.add(this.guests.run("intake", BOUND, () -> {
				action.accept(intake);
				return true;
			}).exceptionally((ex) -> {
				logFailure(intake, what, ex);
				return false;
			}));
		}
		return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new));
	}

	private static void logFailure(RequestIntake intake, String what, Throwable ex) {
		logger.warn("{} could not {}; the shutdown goes on", intake.getClass().getSimpleName(), what, ex);
	}

}
