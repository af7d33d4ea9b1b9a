package io.github.gracefulshutdown.sample.load;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import org.awaitility.Awaitility;

import org.springframework.core.task.AsyncTaskExecutor;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.util.Assert;

/**
 * Open-loop load: requests are due at a fixed rate, whatever becomes of those before
 * them, and times count from when a request was due.
 */
public final class Load implements AutoCloseable {

	private static final int PARTS = 4;

	private static final int MS = 10;

	private static final int WARM_UP_CALLS = 4;

	private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();

	private final ExecutorService senders = Executors.newCachedThreadPool();

	private final Collection<Result> results = new ConcurrentLinkedQueue<>();

	private final List<Kind> mix;

	private final Caller caller;

	private final long periodNanos;

	private final long startNanos = System.nanoTime();

	private final Future<?> sending;

	private int due;

	private Load(Caller caller, int perSecond, Kind... kinds) {
		this.caller = caller;
		this.mix = mix(kinds);
		this.periodNanos = TimeUnit.SECONDS.toNanos(1) / perSecond;
		this.sending = this.clock.scheduleAtFixedRate(this::sendNext, 0, this.periodNanos, TimeUnit.NANOSECONDS);
	}

	/** Starts a load of all kinds of requests. */
	public static Load start(Caller caller, int perSecond) {
		return start(caller, perSecond, Kind.values());
	}

	/** Starts a load of some kinds of requests. */
	public static Load start(Caller caller, int perSecond, Kind... kinds) {
		warmUp(caller, kinds);
		return new Load(caller, perSecond, kinds);
	}

	/**
	 * Has the caller load its classes, for which everything else would wait: requests
	 * would be on their way for seconds to an instance that was there when they began.
	 */
	private static void warmUp(Caller caller, Kind... kinds) {
		AsyncTaskExecutor senders = new SimpleAsyncTaskExecutor();
		Arrays.stream(kinds)
			.flatMap((kind) -> Collections.nCopies(WARM_UP_CALLS, kind).stream())
			.map((kind) -> senders.submitCompletable(() -> caller.send(Call.of(kind, PARTS, MS))))
			.toList()
			.forEach(CompletableFuture::join);
	}

	private static List<Kind> mix(Kind... kinds) {
		List<Kind> mix = new ArrayList<>();
		Arrays.stream(kinds).forEach((kind) -> mix.addAll(Collections.nCopies(kind.weight(), kind)));
		Collections.shuffle(mix, new Random(1));
		return mix;
	}

	private void sendNext() {
		Kind kind = this.mix.get(this.due % this.mix.size());
		long dueNanos = this.startNanos + this.due * this.periodNanos;
		this.due++;
		this.senders.execute(() -> send(Call.of(kind, PARTS, MS), dueNanos));
	}

	private void send(Call call, long dueNanos) {
		try {
			Outcome outcome = this.caller.send(call);
			this.results.add(new Result(call, outcome, System.nanoTime() - dueNanos));
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/** Waits for the outcomes of so many more requests. */
	public void awaitOutcomes(int more) {
		int enough = this.results.size() + more;
		Awaitility.await("%d outcomes".formatted(more))
			.atMost(Duration.ofSeconds(60))
			.until(() -> this.results.size() >= enough);
	}

	/**
	 * Stops sending and waits for the outcome of every request.
	 * @return the outcomes
	 */
	public List<Result> stop() {
		this.sending.cancel(false);
		this.clock.shutdown();
		Awaitility.await("last request").until(this.clock::isTerminated);
		this.senders.shutdown();
		Awaitility.await("last outcome").atMost(Callers.TIMEOUT.multipliedBy(2)).until(this.senders::isTerminated);
		Assert.state(this.results.size() == this.due, "Not every request has an outcome");
		return List.copyOf(this.results);
	}

	@Override
	public void close() {
		this.clock.shutdownNow();
		this.senders.shutdownNow();
	}

}
