package io.github.gracefulshutdown;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

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
		Thread thread = Thread.currentThread();
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

	@Test
	void workThatAnotherThreadGoesOnWithIsListedWithThatThread() throws Exception {
		Permit permit = enter();
		Thread thread = new Thread(permit::continueHere, "other");
		thread.start();
		thread.join();
		assertThat(this.gate.workInFlight()).extracting(WorkInFlight::thread).containsExactly(thread);
	}

	@Test
	void moreWorkThanSlotsIsCountedAndListedAndHoldsTheDrain() {
		List<Permit> permits = new ArrayList<>();
		for (int i = 0; i < 1_000; i++) {
			permits.add(Objects.requireNonNull(this.gate.tryEnter((i % 2 == 0) ? "http" : "grpc", "work " + i)));
		}
		assertThat(this.gate.inFlight()).isEqualTo(1_000);
		assertThat(this.gate.inFlight("grpc")).isEqualTo(500);
		assertThat(this.gate.workInFlight()).extracting(WorkInFlight::description)
			.doesNotHaveDuplicates()
			.hasSize(1_000);
		this.gate.close();
		Collections.shuffle(permits, new Random(1));
		permits.subList(0, 999).forEach(Permit::close);
		assertThat(this.gate.drained()).isNotDone();
		permits.get(999).close();
		assertThat(this.gate.drained()).isCompleted();
		assertThat(this.gate.inFlight()).isZero();
	}

	@Test
	void aPermitGivenBackAgainWhenItsPlaceHasOtherWorkChangesNothing() {
		Permit first = enter();
		first.close();
		enter();
		first.close();
		first.continueHere();
		assertThat(this.gate.inFlight()).isOne();
		this.gate.close();
		assertThat(this.gate.drained()).isNotDone();
	}

	@Test
	void everyKindIsToldOnceAlsoToThoseWhoAskLater() {
		List<String> early = new ArrayList<>();
		this.gate.forEachKind(early::add);
		this.gate.tryEnter("http", "GET /");
		this.gate.tryEnter("grpc", "Echo/Say");
		this.gate.tryEnter("http", "GET /");
		List<String> late = new ArrayList<>();
		this.gate.forEachKind(late::add);
		assertThat(early).containsExactly("http", "grpc");
		assertThat(late).containsExactlyInAnyOrder("http", "grpc");
	}

	@Nested
	class WorkOfTheApplication {

		@Test
		void isRefusedWithAReasonWhenTheGateIsClosed() {
			gate().close();
			assertThatExceptionOfType(GateClosedException.class).isThrownBy(() -> gate().enter("import", "orders.csv"))
				.withMessageContaining("import 'orders.csv' was not begun");
		}

		@Test
		void isLetInFromWithinWorkInFlightAndHoldsTheDrain() {
			Permit outer = DrainGateTests.this.enter();
			gate().close();
			Permit inner = gate().enter("job", "mail");
			assertThat(gate().inFlight()).isEqualTo(2);
			outer.close();
			assertThat(gate().drained()).isNotDone();
			inner.close();
			assertThat(gate().drained()).isCompleted();
		}

		@Test
		void isLetInFromWithinWhereverThePassOverTheTableIs() {
			// On one thread after the other, so that work is in front of it and behind.
			for (int i = 0; i < 64; i++) {
				DrainGate gate = new DrainGate();
				CompletableFuture.runAsync(() -> {
					Permit outer = Objects.requireNonNull(gate.tryEnter("http", "GET /"));
					gate.close();
					List<Permit> inner = new ArrayList<>();
					for (int j = 0; j < 10; j++) {
						inner.add(gate.enter("job", "mail"));
					}
					outer.close();
					for (Permit permit : inner) {
						assertThat(gate.drained()).isNotDone();
						permit.close();
					}
					assertThat(gate.drained()).isCompleted();
				}, (task) -> new Thread(task).start()).join();
			}
		}

		@Test
		void isRefusedToAThreadThatHasLeft() {
			DrainGateTests.this.enter().close();
			gate().close();
			assertThatExceptionOfType(GateClosedException.class).isThrownBy(() -> gate().enter("job", "mail"));
		}

		@Test
		void isRefusedToAThreadThatHasLeftItsWorkToOthers() {
			Permit permit = DrainGateTests.this.enter();
			permit.leaveHere();
			CompletableFuture<String> result = new CompletableFuture<>();
			gate().holdUntilComplete("job", "mail", () -> result);
			Runnable wrapped = gate().wrap("job", "mail", () -> {
			});
			gate().close();
			assertThatExceptionOfType(GateClosedException.class).isThrownBy(() -> gate().enter("job", "mail"));
			permit.close();
			wrapped.run();
			assertThat(gate().drained()).isNotDone();
			result.complete("done");
			assertThat(gate().drained()).isCompleted();
		}

		@Test
		void isLetInToTheThreadThatGoesOnThoughAnotherLeavesAfterwards() throws Exception {
			Permit permit = DrainGateTests.this.enter();
			CompletableFuture.runAsync(permit::continueHere).join();
			permit.leaveHere();
			permit.continueHere();
			CompletableFuture.runAsync(permit::leaveHere).join();
			gate().close();
			gate().enter("job", "mail").close();
			permit.close();
			assertThat(gate().drained()).isCompleted();
		}

		@Test
		void ofAThreadIsGivenBackTogetherAndThatOfOthersIsNot() throws Exception {
			Permit request = DrainGateTests.this.enter();
			Permit work = gate().enter("job", "mail");
			Permit left = gate().enter("job", "left");
			left.leaveHere();
			assertThat(gate().giveBackOf(Thread.currentThread())).extracting(WorkInFlight::description)
				.containsExactlyInAnyOrder("GET /", "mail");
			assertThat(gate().inFlight()).isOne();
			request.close();
			work.close();
			gate().close();
			assertThat(gate().drained()).isNotDone();
			left.close();
			assertThat(gate().drained()).isCompleted();
		}

		@Test
		void isRefusedToAThreadWhoseWorkAnotherGoesOnWith() throws Exception {
			Permit permit = DrainGateTests.this.enter();
			Thread thread = new Thread(permit::continueHere);
			thread.start();
			thread.join();
			gate().close();
			assertThatExceptionOfType(GateClosedException.class).isThrownBy(() -> gate().enter("job", "mail"));
		}

		@Test
		void isLetInOnAnyThreadByThePermitOfWorkInFlightUntilThatIsGivenBack() throws Exception {
			Permit outer = DrainGateTests.this.enter();
			gate().close();
			Permit inner = CompletableFuture.supplyAsync(() -> gate().enter(outer, "job", "mail"))
				.get(10, TimeUnit.SECONDS);
			outer.close();
			assertThat(gate().drained()).isNotDone();
			assertThatExceptionOfType(GateClosedException.class).isThrownBy(() -> gate().enter(outer, "job", "late"));
			inner.close();
			assertThat(gate().drained()).isCompleted();
		}

		@Test
		void isNotLetInByThePermitOfAnotherGate() {
			Permit other = Objects.requireNonNull(new DrainGate().tryEnter("http", "GET /"));
			gate().close();
			assertThatExceptionOfType(GateClosedException.class).isThrownBy(() -> gate().enter(other, "job", "mail"));
		}

		@Test
		void aRequestFromOutsideIsNeverLetInFromWithin() {
			DrainGateTests.this.enter();
			gate().close();
			assertThat(gate().tryEnter("http", "GET /")).isNull();
		}

		@Test
		void wrappedIsInFlightFromTheCallUntilItHasRun() {
			AtomicLong seen = new AtomicLong();
			Runnable wrapped = gate().wrap("job", "mail", () -> seen.set(gate().inFlight("job")));
			assertThat(gate().inFlight("job")).isOne();
			wrapped.run();
			assertThat(seen).hasValue(1);
			assertThat(gate().inFlight()).isZero();
		}

		@Test
		void wrappedGivesItsPermitBackWhenItFails() {
			Callable<String> wrapped = gate().wrap("job", "mail", () -> {
				throw new IOException("no mail");
			});
			assertThatExceptionOfType(IOException.class).isThrownBy(wrapped::call);
			assertThat(gate().inFlight()).isZero();
		}

		@Test
		void wrappedRunsOnceAndSaysSo() throws Exception {
			Callable<String> wrapped = gate().wrap("job", "mail", () -> "sent");
			assertThat(wrapped.call()).isEqualTo("sent");
			assertThatIllegalStateException().isThrownBy(wrapped::call).withMessageContaining("'mail' has run already");
		}

		@Test
		void wrappedMayBeginWorkOfItsOwnWhenTheGateIsClosed() {
			Runnable wrapped = gate().wrap("job", "mail", () -> gate().enter("job", "part").close());
			gate().close();
			CompletableFuture.runAsync(wrapped, (task) -> new Thread(task).start()).join();
			assertThat(gate().drained()).isCompleted();
		}

		@Test
		void asynchronousIsInFlightUntilItCompletes() {
			CompletableFuture<String> sending = new CompletableFuture<>();
			CompletionStage<String> held = gate().holdUntilComplete("job", "mail", () -> sending);
			assertThat(gate().inFlight("job")).isOne();
			sending.completeExceptionally(new IOException("no mail"));
			assertThat(gate().inFlight()).isZero();
			assertThat(held.toCompletableFuture()).isCompletedExceptionally();
		}

		@Test
		void asynchronousThatDoesNotBeginGivesItsPermitBack() {
			assertThatIllegalStateException().isThrownBy(() -> gate().holdUntilComplete("job", "mail", () -> {
				throw new IllegalStateException("no mail");
			}));
			assertThat(gate().inFlight()).isZero();
		}

		private DrainGate gate() {
			return DrainGateTests.this.gate;
		}

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

	@Test
	void attemptsThatGoOnAndOnLoseNoDrain() throws Exception {
		AtomicBoolean over = new AtomicBoolean();
		List<CompletableFuture<Void>> attempts = new ArrayList<>();
		for (int i = 0; i < 4; i++) {
			attempts.add(CompletableFuture.runAsync(() -> attemptUntil(over), (task) -> new Thread(task).start()));
		}
		try {
			for (int cycle = 0; cycle < 200; cycle++) {
				Permit last = enter();
				this.gate.close();
				assertThat(this.gate.drained()).isNotDone();
				last.close();
				this.gate.drained().get(10, TimeUnit.SECONDS);
				assertThat(this.gate.inFlight()).isZero();
				this.gate.reopen();
			}
		}
		finally {
			over.set(true);
		}
		CompletableFuture.allOf(attempts.toArray(CompletableFuture[]::new)).get(10, TimeUnit.SECONDS);
	}

	private void attemptUntil(AtomicBoolean over) {
		while (!over.get()) {
			Permit permit = this.gate.tryEnter("http", "GET /");
			if (permit != null) {
				permit.close();
			}
		}
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
