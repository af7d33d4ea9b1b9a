package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.github.gracefulshutdown.DrainGate;
import io.github.gracefulshutdown.Stage;
import org.jspecify.annotations.Nullable;

import org.springframework.context.SmartLifecycle;

/**
 * Goes on serving while the callers leave: until the minimum has passed, the probers have
 * been refused often enough, and it has been quiet for the quiet period, or until the
 * maximum.
 */
final class LameDuckLifecycle extends AbstractStepLifecycle {

	static final int PHASE = SmartLifecycle.DEFAULT_PHASE - 1;

	static final Duration MINIMUM_WHERE_CALLERS_FOLLOW = Duration.ofSeconds(5);

	private static final Duration BETWEEN_LOOKS = Duration.ofMillis(20);

	private final DrainGate gate;

	private final Probers probers;

	private final @Nullable Duration minimum;

	// How long a prober may take to act on its last refusal.
	private final Duration settle;

	private final Duration maximumAsSet;

	private final Budget budget;

	private final boolean onCloudPlatform;

	private final ServerPresence servers;

	LameDuckLifecycle(ShutdownState state, TimeSource time, DrainGate gate, Probers probers,
			GracefulShutdownProperties.LameDuck settings, Budget budget, boolean onCloudPlatform,
			ServerPresence servers) {
		super("lame duck", PHASE, state, time);
		this.gate = gate;
		this.probers = probers;
		this.minimum = settings.getMinimum();
		this.maximumAsSet = settings.getMaximum();
		this.settle = settings.getQuietPeriod();
		this.budget = budget;
		this.onCloudPlatform = onCloudPlatform;
		this.servers = servers;
	}

	@Override
	CompletableFuture<String> perform(Drain drain) {
		Budget.Times times = this.budget.times();
		Deadline latest = Deadline.in(drain.deadline().atMost(times.lameDuckMaximum()), time());
		if (isForNobody(drain)) {
			drain.setLameDuckWindow(new LameDuckWindow(time().nanoTime(), Duration.ZERO, Duration.ZERO,
					new ProberWatch(time(), 0, (prober) -> false, List.of(), List.of())));
			return state().isStartCutShort()
					? CompletableFuture.completedFuture("nobody was told, because the start was cut short")
					: endWhenNothingIsInFlight(drain, latest);
		}
		Deadline earliest = Deadline.in(latest.atMost(minimum(drain)), time());
		ProberWatch watch = this.probers.watch(latest.remaining(), this.maximumAsSet);
		drain.setLameDuckWindow(new LameDuckWindow(time().nanoTime(), earliest.remaining(),
				latest.atMost(longer(earliest.remaining(), watch.expected())), watch));
		if (state().isInterrupted() && !drain.isFollowedByCallers() && earliest.remaining().isZero()
				&& watch.expected().isZero()) {
			return CompletableFuture.completedFuture("nobody was told, and somebody waits at the terminal");
		}
		return endWhenQuiet(drain, times.quietPeriod(), earliest, latest, watch)
			.thenApply((found) -> withSummary(found, watch));
	}

	/** Returns whether no caller is there who could leave, or come once more. */
	private boolean isForNobody(Drain drain) {
		if (state().isStartCutShort() && !drain.isFollowedByCallers()) {
			return true;
		}
		boolean asked = this.minimum != null && !this.minimum.isZero();
		return this.servers.unmapped().isDone() || !(asked || drain.isFollowedByCallers() || this.servers.isThere());
	}

	/** Work of the application's own may need what the next steps stop. */
	private CompletableFuture<String> endWhenNothingIsInFlight(Drain drain, Deadline latest) {
		if (drain.isHurried()) {
			return CompletableFuture.completedFuture("cut short");
		}
		if (!this.gate.quietFor().isZero()) {
			return CompletableFuture.completedFuture(this.servers.unmapped().isDone()
					? "quiet, the container sends no more requests" : "quiet, no server brings requests");
		}
		if (state().isInterrupted() || latest.remaining().isZero()) {
			return CompletableFuture
				.completedFuture("nobody is there to leave, %d in flight".formatted(this.gate.inFlight()));
		}
		return CompletableFuture.anyOf(time().in(latest.atMost(BETWEEN_LOOKS)), drain.cancelled(), drain.hurried())
			.thenCompose((first) -> drain.isCancelled() ? CompletableFuture.completedFuture("undone")
					: endWhenNothingIsInFlight(drain, latest));
	}

	private static String withSummary(String found, ProberWatch watch) {
		String summary = watch.summary();
		return (summary != null) ? found + "; " + summary : found;
	}

	private Duration minimum(Drain drain) {
		if (this.minimum != null) {
			return this.minimum;
		}
		return (drain.isFollowedByCallers() || this.onCloudPlatform) ? MINIMUM_WHERE_CALLERS_FOLLOW : Duration.ZERO;
	}

	/*
	 * Looks, and looks again at the first moment at which the answer can be another. With
	 * work in flight that is a whole quiet period away, because its end is yet to come;
	 * otherwise it is the rest of the period since the last activity. A prober that acts
	 * on its last refusal may have sent a request just before, so that counts as activity
	 * too; each check has us look again.
	 */
	private CompletableFuture<String> endWhenQuiet(Drain drain, Duration quietPeriod, Deadline earliest,
			Deadline latest, ProberWatch watch) {
		if (drain.isHurried()) {
			return CompletableFuture.completedFuture("cut short");
		}
		CompletableFuture<Void> nextCheck = this.probers.nextCheck();
		Duration quiet = longer(quietPeriod.minus(this.gate.quietFor()), watch.remaining(this.settle));
		Duration wait = longer(earliest.remaining(), quiet);
		if (wait.isNegative() || wait.isZero()) {
			return CompletableFuture.completedFuture("quiet");
		}
		if (latest.remaining().isZero()) {
			return CompletableFuture
				.completedFuture("the maximum has passed without quiet, %d in flight".formatted(this.gate.inFlight()));
		}
		return CompletableFuture
			.anyOf(time().in(latest.atMost(wait)), nextCheck, drain.cancelled(), drain.hurried(),
					this.servers.unmapped())
			.thenCompose((first) -> drain.isCancelled() ? CompletableFuture.completedFuture("undone")
					: this.servers.unmapped().isDone() ? endWhenNothingIsInFlight(drain, latest)
							: endWhenQuiet(drain, quietPeriod, earliest, latest, watch));
	}

	private static Duration longer(Duration one, Duration other) {
		return (one.compareTo(other) > 0) ? one : other;
	}

	/** Takes the notice back, also if the drain was undone before its lame duck. */
	@Override
	public void start() {
		super.start();
		if (state().drain() != null) {
			state().endDrain();
			state().enter(Stage.SERVING).join();
		}
	}

}
