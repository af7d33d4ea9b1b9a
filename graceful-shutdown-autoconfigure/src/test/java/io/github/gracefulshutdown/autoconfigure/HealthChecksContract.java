package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import io.github.gracefulshutdown.Outcome;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/** What is promised to those who poll the health of an instance, over any protocol. */
@ExtendWith(OutputCaptureExtension.class)
public abstract class HealthChecksContract {

	/** Without a quiet period, which would keep the lame duck going by itself. */
	protected static final String[] PROPERTIES = { "graceful.shutdown.lame-duck.maximum=20s",
			"graceful.shutdown.lame-duck.quiet-period=0",
			"management.endpoint.health.probes.add-additional-paths=true" };

	private static final Duration INTERVAL = Duration.ofMillis(400);

	private final ScheduledExecutorService prober = Executors.newSingleThreadScheduledExecutor();

	private final List<Boolean> answers = new CopyOnWriteArrayList<>();

	@AfterEach
	void stopProber() {
		this.prober.shutdownNow();
	}

	/**
	 * Polls, drains, and asserts that the drain went on with the third refusal.
	 * @param check sends one check and returns whether it was answered well
	 */
	protected final void assertThatProberIsWaitedFor(ShutdownSequence sequence, String name, BooleanSupplier check,
			CapturedOutput output) throws Exception {
		assertThat(drainWhilePolled(sequence, check)).isEqualTo(Outcome.CLEAN);
		// The third goes on its way as the drain goes on.
		assertThat(this.answers.stream().filter((well) -> !well)).hasSizeGreaterThanOrEqualTo(2);
		assertThat(output).containsPattern("quiet; probers \\[" + name + " by [\\w.:]+ .*: 3 of 3 refusals]");
	}

	/** Polls, drains, and asserts that the drain did not wait for that. */
	protected final void assertThatNobodyIsWaitedFor(ShutdownSequence sequence, BooleanSupplier check,
			CapturedOutput output) throws Exception {
		assertThat(drainWhilePolled(sequence, check)).isEqualTo(Outcome.CLEAN);
		assertThat(output).contains("Step 'lame duck' took").doesNotContain("probers");
	}

	@SuppressWarnings("FutureReturnValueIgnored") // ends with the test
	private Outcome drainWhilePolled(ShutdownSequence sequence, BooleanSupplier check) throws Exception {
		this.prober.scheduleAtFixedRate(() -> this.answers.add(check.getAsBoolean()), 0, INTERVAL.toMillis(),
				TimeUnit.MILLISECONDS);
		Awaitility.await().until(() -> this.answers.size() >= 4);
		assertThat(this.answers).containsOnly(true);
		CompletableFuture<Outcome> drained = sequence.drain();
		return drained.get(20, TimeUnit.SECONDS);
	}

}
