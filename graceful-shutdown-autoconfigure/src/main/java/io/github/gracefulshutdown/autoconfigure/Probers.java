package io.github.gracefulshutdown.autoconfigure;

import java.util.Comparator;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;

/**
 * Knows who polls the health of this instance, so that the lame duck lasts until they
 * have been refused as often as they need to give it up. A bounded number of them is
 * remembered, those that come back rather than those that came once. Safe for use by many
 * threads.
 */
public final class Probers {

	static final int LIMIT = 100;

	private static final int NAME_LIMIT = 150;

	// It hears of the drain as a registry, and asks no more once that was left.
	private static final String CONSUL = "Consul Health Check";

	private final TimeSource time;

	private final int refusals;

	private final Map<String, Prober> probers = new ConcurrentHashMap<>();

	private final AtomicReference<CompletableFuture<Void>> nextCheck = new AtomicReference<>(new CompletableFuture<>());

	/**
	 * Creates the memory.
	 * @param refusals how often in a row a prober has to be refused to give this instance
	 * up; zero if no prober is waited for
	 */
	Probers(TimeSource time, int refusals) {
		this.time = time;
		this.refusals = refusals;
	}

	/**
	 * Notes the answer to a health check.
	 * @param check what was asked for, the same with every check
	 * @param remote the address that it came from
	 * @param agent what the prober calls itself, or {@code null}
	 * @param refused whether the answer is that this instance takes no requests
	 */
	public void checked(String check, String remote, @Nullable String agent, boolean refused) {
		if (this.refusals > 0 && (agent == null || !agent.startsWith(CONSUL))) {
			String name = check + " by " + remote + ((agent != null) ? " (" + agent + ")" : "");
			String known = (name.length() > NAME_LIMIT) ? name.substring(0, NAME_LIMIT) : name;
			prober(known).checked(this.time.nanoTime(), refused, this.refusals);
			this.nextCheck.getAndSet(new CompletableFuture<>()).complete(null);
		}
	}

	private Prober prober(String name) {
		Prober known = this.probers.get(name);
		if (known != null) {
			return known;
		}
		while (this.probers.size() >= LIMIT) {
			forgetOne();
		}
		return this.probers.computeIfAbsent(name, Prober::new);
	}

	private void forgetOne() {
		long now = this.time.nanoTime();
		this.probers.values()
			.stream()
			.max(Comparator.comparing((Prober prober) -> prober.checks() < 2)
				.thenComparing((prober) -> now - prober.lastNanos()))
			.ifPresent((prober) -> this.probers.remove(prober.name()));
	}

	/** Forgets them all. */
	void forget() {
		this.probers.clear();
	}

	/** Returns a watch over those that poll now. */
	ProberWatch watch() {
		long now = this.time.nanoTime();
		return new ProberWatch(this.time, this.refusals,
				this.probers.values().stream().filter((prober) -> prober.isPolling(now)).toList());
	}

	/** Returns what completes with the next check. Dependents are the caller's. */
	CompletableFuture<Void> nextCheck() {
		return Objects.requireNonNull(this.nextCheck.get()).copy();
	}

}
