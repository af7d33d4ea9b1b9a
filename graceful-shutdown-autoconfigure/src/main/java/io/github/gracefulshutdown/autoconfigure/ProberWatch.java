package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * The probers that a lame duck waits for: those that polled when it began, and that the
 * wait makes a difference to. One is done with when it has been refused often enough,
 * when it does not come any more, or when its checks turn out to be answered well all the
 * same.
 */
final class ProberWatch {

	private final TimeSource time;

	private final int refusals;

	private final Predicate<Prober> unrefused;

	private final List<Watched> watched;

	private final List<Prober> others;

	/**
	 * Creates a watch.
	 * @param unrefused whether a prober is not refused, at the moment
	 * @param probers those that are waited for
	 * @param others those that poll as well, and are only named
	 */
	ProberWatch(TimeSource time, int refusals, Predicate<Prober> unrefused, List<Prober> probers, List<Prober> others) {
		this.time = time;
		this.refusals = refusals;
		this.unrefused = unrefused;
		this.watched = probers.stream()
			.sorted(Comparator.comparing(Prober::name))
			.map((prober) -> new Watched(prober, prober.checks()))
			.toList();
		this.others = others.stream().sorted(Comparator.comparing(Prober::name)).toList();
	}

	/** Returns how long it takes if every prober comes in time. */
	Duration expected() {
		return longest(this.watched.stream()
			.map(Watched::prober)
			.filter(this.unrefused.negate())
			.map((prober) -> prober.interval().multipliedBy(this.refusals)));
	}

	/**
	 * Returns the time until the probers are done with if none comes before: until those
	 * that it waits for are gone, and until the others have had the time to act.
	 * @param settle how long a prober may take to act on its last refusal
	 */
	Duration remaining(Duration settle) {
		return longest(this.watched.stream().map((one) -> remaining(one, settle)));
	}

	private Duration remaining(Watched one, Duration settle) {
		long now = this.time.nanoTime();
		return switch (progress(one)) {
			case WAITING -> one.prober().untilGone(now);
			case TOLD -> settle.minus(one.prober().sinceTold(now));
			case GONE, UNAWARE -> Duration.ZERO;
		};
	}

	private static Duration longest(Stream<Duration> durations) {
		return durations.max(Comparator.naturalOrder()).orElse(Duration.ZERO);
	}

	/** Returns a phrase for each prober that is waited for. */
	List<String> waitingFor() {
		return this.watched.stream()
			.filter((one) -> progress(one) == Progress.WAITING)
			.map((one) -> "%s every %d ms (%d of %d refusals)".formatted(one.prober().name(),
					one.prober().interval().toMillis(), one.prober().refusalsInARow(), this.refusals))
			.toList();
	}

	/** Returns what became of the probers, or {@code null} if there were none. */
	@Nullable String summary() {
		List<String> probers = Stream
			.concat(this.watched.stream().map(this::summary), this.others.stream()
				.map((one) -> "%s every %d ms: not waited for".formatted(one.name(), one.interval().toMillis())))
			.toList();
		return probers.isEmpty() ? null : "probers " + probers;
	}

	private String summary(Watched one) {
		String result = switch (progress(one)) {
			case WAITING, TOLD ->
				"%d of %d refusals".formatted(Math.min(one.prober().refusalsInARow(), this.refusals), this.refusals);
			case GONE -> "gone";
			case UNAWARE -> "not refused";
		};
		return "%s every %d ms: %s".formatted(one.prober().name(), one.prober().interval().toMillis(), result);
	}

	private Progress progress(Watched one) {
		Prober prober = one.prober();
		if (prober.refusalsInARow() >= this.refusals) {
			return Progress.TOLD;
		}
		if (prober.isGone(this.time.nanoTime())) {
			return Progress.GONE;
		}
		boolean unaware = prober.refusalsInARow() == 0 && prober.checks() - one.checksBefore() >= this.refusals;
		return (unaware || this.unrefused.test(prober)) ? Progress.UNAWARE : Progress.WAITING;
	}

	/** How far a prober is. */
	private enum Progress {

		/** Has to be refused more often. */
		WAITING,

		/** Has been refused often enough. */
		TOLD,

		/** Does not come any more. */
		GONE,

		/** Is not refused, or was not however often it has asked: it will not learn. */
		UNAWARE

	}

	/**
	 * A prober that is watched.
	 *
	 * @param prober the prober
	 * @param checksBefore how often it had asked when the watch began
	 */
	private record Watched(Prober prober, long checksBefore) {
	}

}
