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
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * Knows who polls the health of this instance, so that the lame duck lasts until they
 * have been refused as often as they need to give it up. Whoever reaches the health can
 * ask for it, so
 * <ul>
 * <li>one address that asks for one check is one prober, whatever it calls itself,</li>
 * <li>only who has heard that this instance is well is remembered, and only who has heard
 * it twice is waited for,</li>
 * <li>a bounded number is remembered, and of one network no more than a part of it,</li>
 * <li>whoever comes back is never forgotten for the sake of a newcomer.</li>
 * </ul>
 * Safe for use by many threads.
 */
public final class Probers {

	static final int LIMIT = 100;

	static final int LIMIT_OF_NETWORK = 16;

	// It hears of the drain as a registry, and asks no more once that was left.
	private static final String CONSUL = "Consul Health Check";

	// What health checks of containers are written with.
	private static final List<String> TOOLS = List.of("curl/", "Wget", "wget", "HTTPie/", "python-requests/",
			"Python-urllib/");

	private static final Set<String> LOCAL = Set.of("::1", "0:0:0:0:0:0:0:1", "localhost");

	private final TimeSource time;

	private final int refusals;

	private final Predicate<Prober> unrefused;

	private final Map<String, Prober> probers = new ConcurrentHashMap<>();

	private final AtomicReference<CompletableFuture<Void>> nextCheck = new AtomicReference<>(new CompletableFuture<>());

	/**
	 * Creates the memory.
	 * @param refusals how often in a row a prober has to be refused to give this instance
	 * up; zero if no prober is waited for
	 * @param unrefused whether a prober is not refused, at the moment
	 */
	Probers(TimeSource time, int refusals, Predicate<Prober> unrefused) {
		this.time = time;
		this.refusals = refusals;
		this.unrefused = unrefused;
	}

	/**
	 * Notes the answer to a health check over HTTP. An answer that sends elsewhere, as to
	 * a login, tells nothing of the health.
	 * @param method the method of the request
	 * @param path the decoded path of the request
	 * @param remote the address that it came from, as the server knows it
	 * @param agent what the prober calls itself, or {@code null}
	 * @param status the status of the answer
	 */
	public void checked(String method, String path, String remote, @Nullable String agent, int status) {
		if (status < 300 || status >= 400) {
			checked(ForeignText.request(method, withSingleSlashes(path)), remote, agent, status >= 400);
		}
	}

	/** Returns the one path of all that are the same to the endpoint. */
	private static String withSingleSlashes(String path) {
		String single = path.contains("//") ? path.replaceAll("/{2,}", "/") : path;
		return (single.length() > 1 && single.endsWith("/")) ? single.substring(0, single.length() - 1) : single;
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
			String name = ForeignText.of(check + " by " + remote);
			Prober known = this.probers.get(name);
			Prober prober = (known != null || refused) ? known
					: remember(new Prober(name, networkOf(remote), Readiness.isKubelet(agent)));
			if (prober != null) {
				prober.sentBy(isLocal(remote), agent != null && TOOLS.stream().anyMatch(agent::startsWith));
				prober.checked(this.time.nanoTime(), refused, this.refusals);
				this.nextCheck.getAndSet(new CompletableFuture<>()).complete(null);
			}
		}
	}

	/** Returns whether it is an address of the machine itself, as a server writes it. */
	private static boolean isLocal(String remote) {
		return remote.startsWith("127.") || remote.startsWith("::ffff:127.") || LOCAL.contains(remote);
	}

	/** Returns the first half of an address of IPv6: the other one is free to choose. */
	private static String networkOf(String remote) {
		int end = -1;
		for (int groups = 0; groups < 4; groups++) {
			end = remote.indexOf(':', end + 1);
			if (end < 0) {
				return remote;
			}
		}
		return remote.substring(0, end);
	}

	/** Returns the prober by that name, or {@code null} if there is no room for it. */
	private synchronized @Nullable Prober remember(Prober newcomer) {
		Prober known = this.probers.get(newcomer.name());
		if (known != null) {
			return known;
		}
		long ofNetwork = this.probers.values().stream().filter((one) -> isOfNetwork(one, newcomer)).count();
		if (ofNetwork >= LIMIT_OF_NETWORK
				&& !forgetOne(this.probers.values().stream().filter((one) -> isOfNetwork(one, newcomer)))) {
			return null;
		}
		if (this.probers.size() >= LIMIT && !forgetOne(this.probers.values().stream())) {
			return null;
		}
		this.probers.put(newcomer.name(), newcomer);
		return newcomer;
	}

	private static boolean isOfNetwork(Prober prober, Prober newcomer) {
		return prober.network().equals(newcomer.network());
	}

	/** Returns whether there was one that does not come back, or not any more. */
	private boolean forgetOne(Stream<Prober> candidates) {
		long now = this.time.nanoTime();
		return candidates.filter((prober) -> !prober.isPolling(now))
			.min(Comparator.comparing(Prober::isEstablished)
				.thenComparing(Prober::checks)
				.thenComparing((prober) -> prober.lastNanos() - now))
			.map((prober) -> this.probers.remove(prober.name()))
			.isPresent();
	}

	/** Forgets them all. */
	void forget() {
		this.probers.clear();
	}

	/**
	 * Returns a watch over those that poll now, are refused, and that it makes a
	 * difference to wait for.
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
		return new ProberWatch(this.time, this.refusals, this.unrefused, Objects.requireNonNull(polling.get(true)),
				Objects.requireNonNull(polling.get(false)));
	}

	/** Returns what completes with the next check. Dependents are the caller's. */
	CompletableFuture<Void> nextCheck() {
		return Objects.requireNonNull(this.nextCheck.get()).copy();
	}

}
