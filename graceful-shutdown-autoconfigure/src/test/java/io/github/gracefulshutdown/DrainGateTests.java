package io.github.gracefulshutdown;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for {@link DrainGate}. */
class DrainGateTests {

	private final AtomicLong nanos = new AtomicLong();

	private final DrainGate gate = new DrainGate(this.nanos::get);

	@Test
	void noPermitIsIssuedOnceTheGateIsClosed() {
		this.gate.close();
		assertThat(this.gate.tryEnter("http", "GET /")).isNull();
		assertThat(this.gate.inFlight()).isZero();
	}

	@Test
	void drainedCompletesAtOnceWhenAnIdleGateIsClosed() {
		this.gate.close();
		assertThat(this.gate.drained()).isCompleted();
	}

	@Test
	void drainedCompletesWhenTheLastPermitIsGivenBackAfterTheClose() {
		Permit first = enter();
		Permit second = enter();
		CompletableFuture<Void> drained = this.gate.drained();
		this.gate.close();
		first.close();
		assertThat(drained).isNotDone();
		second.close();
		assertThat(drained).isCompleted();
	}

	@Test
	void drainedDoesNotCompleteWhileTheGateIsOpen() {
		enter().close();
		assertThat(this.gate.drained()).isNotDone();
	}

	@Test
	void aPermitGivenBackTwiceCountsOnce() {
		Permit first = enter();
		enter();
		first.close();
		first.close();
		assertThat(this.gate.inFlight()).isOne();
		this.gate.close();
		assertThat(this.gate.drained()).isNotDone();
	}

	@Test
	void aPermitMayBeGivenBackByAnotherThread() {
		Permit permit = enter();
		this.gate.close();
		CompletableFuture.runAsync(permit::close).join();
		assertThat(this.gate.drained()).isCompleted();
	}

	@Test
	void aReopenedGateIssuesPermitsAndCancelsTheDrainItUndoes() {
		enter();
		this.gate.close();
		CompletableFuture<Void> undone = this.gate.drained();
		this.gate.reopen();
		assertThat(undone).isCompletedExceptionally();
		assertThat(this.gate.tryEnter("http", "GET /")).isNotNull();
		assertThat(this.gate.drained()).isNotDone();
	}

	@Test
	void aPermitOfAnEarlierCycleHoldsTheNextDrain() {
		Permit early = enter();
		this.gate.close();
		this.gate.reopen();
		this.gate.close();
		assertThat(this.gate.drained()).isNotDone();
		early.close();
		assertThat(this.gate.drained()).isCompleted();
	}

	@Test
	void aCompletedCopyChangesNothingForOthers() {
		enter();
		this.gate.close();
		this.gate.drained().complete(null);
		assertThat(this.gate.drained()).isNotDone();
	}

	@Test
	void workInFlightIsListedWithTheOldestFirst() {
		this.gate.tryEnter("grpc", "Echo/Say");
		this.nanos.addAndGet(10);
		this.gate.tryEnter("http", "GET /");
		this.nanos.addAndGet(5);
		String thread = Thread.currentThread().getName();
		assertThat(this.gate.workInFlight()).containsExactly(
				new WorkInFlight("grpc", "Echo/Say", Duration.ofNanos(15), thread),
				new WorkInFlight("http", "GET /", Duration.ofNanos(5), thread));
		assertThat(this.gate.inFlight("http")).isOne();
		assertThat(this.gate.inFlight("other")).isZero();
	}

	@Test
	void aGateThatWasNeverUsedHasBeenQuietForLongerThanAnyPeriod() {
		assertThat(this.gate.quietFor()).isGreaterThan(Duration.ofDays(365));
	}

	@Test
	void quietCountsFromTheLastEntryOrExitAndNotWhileWorkIsInFlight() {
		Permit permit = enter();
		this.nanos.addAndGet(100);
		assertThat(this.gate.quietFor()).isZero();
		permit.close();
		assertThat(this.gate.quietFor()).isZero();
		this.nanos.addAndGet(7);
		assertThat(this.gate.quietFor()).isEqualTo(Duration.ofNanos(7));
	}

	/**
	 * Threads enter and leave while another closes and reopens: no drain may be early.
	 */
	@Test
	void drainedIsNeverEarlyAndNeverLostUnderContention() throws Exception {
		AtomicInteger inside = new AtomicInteger();
		int workers = 3;
		int cycles = 2_000;
		CyclicBarrier barrier = new CyclicBarrier(workers + 1);
		List<CompletableFuture<Void>> done = new ArrayList<>();
		for (int i = 0; i < workers; i++) {
			done.add(CompletableFuture.runAsync(() -> work(barrier, cycles, inside),
					(task) -> new Thread(task).start()));
		}
		for (int cycle = 0; cycle < cycles; cycle++) {
			barrier.await(10, TimeUnit.SECONDS);
			this.gate.close();
			this.gate.drained().get(10, TimeUnit.SECONDS);
			assertThat(inside).hasValue(0);
			assertThat(this.gate.inFlight()).isZero();
			barrier.await(10, TimeUnit.SECONDS);
			this.gate.reopen();
		}
		CompletableFuture.allOf(done.toArray(CompletableFuture[]::new)).get(10, TimeUnit.SECONDS);
	}

	private void work(CyclicBarrier barrier, int cycles, AtomicInteger inside) {
		try {
			for (int cycle = 0; cycle < cycles; cycle++) {
				barrier.await(10, TimeUnit.SECONDS);
				for (int i = 0; i < 20; i++) {
					Permit permit = this.gate.tryEnter("http", "GET /");
					if (permit != null) {
						inside.incrementAndGet();
						inside.decrementAndGet();
						permit.close();
					}
				}
				barrier.await(10, TimeUnit.SECONDS);
			}
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	private Permit enter() {
		@Nullable Permit permit = this.gate.tryEnter("http", "GET /");
		return Objects.requireNonNull(permit);
	}

}
