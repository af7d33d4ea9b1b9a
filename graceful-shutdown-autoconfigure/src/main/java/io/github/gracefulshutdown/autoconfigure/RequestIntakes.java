package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.ObjectProvider;

/**
 * The intakes of all servers of this instance. Whatever one of them throws is logged and
 * stops nothing, and no call to one takes longer than its bound.
 */
final class RequestIntakes {

	private static final Logger logger = LoggerFactory.getLogger(RequestIntakes.class);

	private static final Duration BOUND = Duration.ofSeconds(2);

	private static final Duration BETWEEN_LOOKS = Duration.ofMillis(10);

	private final ObjectProvider<RequestIntake> intakes;

	private final TimeSource time;

	private final GuestRunner guests;

	RequestIntakes(ObjectProvider<RequestIntake> intakes, TimeSource time, GuestRunner guests) {
		this.intakes = intakes;
		this.time = time;
		this.guests = guests;
	}

	boolean isEmpty() {
		return list().isEmpty();
	}

	private List<RequestIntake> list() {
		return this.intakes.stream().toList();
	}

	CompletableFuture<Void> runDry() {
		return forEach("run dry", RequestIntake::runDry);
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
	 * {@code over}.
	 */
	CompletableFuture<Void> dry(BooleanSupplier over) {
		return untilNothingIsOnTheWay(over)
			.thenCompose((dry) -> forEach("close idle connections", RequestIntake::closeIdle))
			.thenCompose((closed) -> untilNothingIsOnTheWay(over));
	}

	private CompletableFuture<Void> untilNothingIsOnTheWay(BooleanSupplier over) {
		return onTheWay()
			.thenCompose((onTheWay) -> (onTheWay == 0 || over.getAsBoolean()) ? CompletableFuture.completedFuture(null)
					: this.time.in(BETWEEN_LOOKS).thenCompose((due) -> untilNothingIsOnTheWay(over)));
	}

	/** Returns how many requests are on their way, none where that cannot be told. */
	CompletableFuture<Long> onTheWay() {
		CompletableFuture<Long> sum = CompletableFuture.completedFuture(0L);
		for (RequestIntake intake : list()) {
			CompletableFuture<Long> one = this.guests.run("intake", BOUND, intake::onTheWay).exceptionally((ex) -> {
				logFailure(intake, "look", ex);
				return 0L;
			});
			sum = sum.thenCombine(one, Long::sum);
		}
		return sum;
	}

	private CompletableFuture<Void> forEach(String what, Consumer<RequestIntake> action) {
		List<CompletableFuture<?>> all = new ArrayList<>();
		for (RequestIntake intake : list()) {
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
