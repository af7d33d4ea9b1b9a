package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;

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

	// What health checks of containers are written with.
	private static final List<String> TOOLS = List.of("curl/", "Wget", "wget", "HTTPie/", "python-requests/",
			"Python-urllib/");

	private static final Set<String> LOCAL = Set.of("::1", "0:0:0:0:0:0:0:1", "localhost");

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
			Prober prober = prober(known);
			prober.sentBy(isLocal(remote), agent != null && TOOLS.stream().anyMatch(agent::startsWith));
			prober.checked(this.time.nanoTime(), refused, this.refusals);
			this.nextCheck.getAndSet(new CompletableFuture<>()).complete(null);
		}
	}

	/** Returns whether it is an address of the machine itself, as a server writes it. */
	private static boolean isLocal(String remote) {
		return remote.startsWith("127.") || remote.startsWith("::ffff:127.") || LOCAL.contains(remote);
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

	/**
	 * Returns a watch over those that poll now and that it makes a difference to wait
	 * for.
	 * @param maximum how long they are waited for at most
	 * @param localMaximum how long that is for those on this machine
	 */
	ProberWatch watch(Duration maximum, Duration localMaximum) {
		long now = this.time.nanoTime();
		Map<Boolean, List<Prober>> polling = this.probers.values()
			.stream()
			.filter((prober) -> prober.isPolling(now))
			.collect(Collectors
				.partitioningBy((prober) -> prober.isWorthWaitingFor(this.refusals, maximum, localMaximum)));
		return new ProberWatch(this.time, this.refusals, Objects.requireNonNull(polling.get(true)),
				Objects.requireNonNull(polling.get(false)));
	}

	/** Returns what completes with the next check. Dependents are the caller's. */
	CompletableFuture<Void> nextCheck() {
		return Objects.requireNonNull(this.nextCheck.get()).copy();
	}

}
