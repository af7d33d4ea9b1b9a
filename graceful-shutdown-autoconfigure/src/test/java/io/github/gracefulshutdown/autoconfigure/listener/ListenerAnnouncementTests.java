package io.github.gracefulshutdown.autoconfigure.listener;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;

import io.github.gracefulshutdown.DrainGate;
import org.junit.jupiter.api.Test;

import org.springframework.context.SmartLifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/** Tests for {@link ListenerAnnouncement}. */
class ListenerAnnouncementTests {

	private final DrainGate gate = new DrainGate();

	private final FailingOnce listener = new FailingOnce();

	private final ListenerAnnouncement announcement = new ListenerAnnouncement("orders", this.listener, this.gate,
			(which) -> new CompletableFuture<>());

	@Test
	void isToldAgainIfItFailedAndHoldsNothingMeanwhile() throws Exception {
		assertThatIllegalStateException().isThrownBy(this.announcement::withdraw);
		assertThat(this.gate.inFlight()).isZero();
		this.announcement.restore(); // was never stopped
		assertThat(this.listener.starts).hasValue(0);
		this.announcement.withdraw();
		assertThat(this.listener.stops).hasValue(2);
		assertThat(this.gate.inFlight()).isZero();
		this.announcement.restore();
		assertThat(this.listener.starts).hasValue(1);
	}

	@Test
	void isNotWaitedForFromWhenOneOfItsThreadsWaitsForTheShutdown() {
		CompletableFuture<Thread> waiting = new CompletableFuture<>();
		AtomicReference<Predicate<Thread>> own = new AtomicReference<>((thread) -> true);
		ListenerAnnouncement never = new ListenerAnnouncement("orders", new NeverStopped(), this.gate, (which) -> {
			own.set(which);
			return waiting;
		});
		never.withdraw();
		assertThat(this.gate.inFlight()).isOne();
		assertThat(own.get()).accepts(new Thread(null, null, "orders-1")).rejects(new Thread(null, null, "others-1"));
		waiting.complete(Thread.currentThread());
		assertThat(this.gate.inFlight()).isZero();
	}

	@Test
	void ofARegistryFailsAndStopsTheOthersAllTheSame() throws Exception {
		FailingOnce other = new FailingOnce();
		RegistryAnnouncement registry = new RegistryAnnouncement("all", List.of(this.announcement,
				new ListenerAnnouncement("returns", other, this.gate, (which) -> new CompletableFuture<>())));
		assertThatIllegalStateException().isThrownBy(registry::withdraw)
			.satisfies((failure) -> assertThat(failure.getSuppressed()).hasSize(1));
		assertThat(this.listener.stops).hasValue(1);
		assertThat(other.stops).hasValue(1);
		registry.withdraw();
		registry.restore();
		assertThat(this.listener.starts).hasValue(1);
		assertThat(other.starts).hasValue(1);
	}

	private static final class NeverStopped implements SmartLifecycle {

		@Override
		public void start() {
		}

		@Override
		public void stop() {
		}

		@Override
		public void stop(Runnable callback) {
		}

		@Override
		public boolean isRunning() {
			return true;
		}

	}

	private static final class FailingOnce implements SmartLifecycle {

		private final AtomicInteger stops = new AtomicInteger();

		private final AtomicInteger starts = new AtomicInteger();

		@Override
		public void start() {
			this.starts.incrementAndGet();
		}

		@Override
		public void stop() {
			if (this.stops.incrementAndGet() == 1) {
				throw new IllegalStateException("broker gone");
			}
		}

		@Override
		public boolean isRunning() {
			return true;
		}

	}

}
