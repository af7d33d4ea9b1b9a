package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationListener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.is;

/** Tests for {@link RegistryDeregistrationLifecycle}. */
@ExtendWith(OutputCaptureExtension.class)
class RegistryDeregistrationLifecycleTests {

	private final StepFixture fixture = new StepFixture();

	@AfterEach
	void close() {
		this.fixture.close();
	}

	@Test
	void withdrawsEveryAnnouncementAndRestoresItOnStart() {
		FakeAnnouncement one = new FakeAnnouncement("one");
		FakeAnnouncement other = new FakeAnnouncement("other");
		RegistryDeregistrationLifecycle deregistration = deregistration(one, other);
		StepFixture.get(this.fixture.stop(deregistration));
		Drain drain = this.fixture.state.beginDrain();
		assertThat(drain.withdrawn()).containsExactlyInAnyOrder("one", "other");
		assertThat(drain.isFollowedByCallers()).isTrue();
		deregistration.start();
		assertThat(one.restored).hasValue(1);
		assertThat(other.restored).hasValue(1);
		deregistration.start();
		assertThat(one.restored).hasValue(1);
	}

	@Test
	void publishesReadinessBothWays() {
		AtomicInteger refusing = new AtomicInteger();
		AtomicInteger accepting = new AtomicInteger();
		ApplicationListener<AvailabilityChangeEvent<ReadinessState>> listener = (event) -> {
			if (event.getState() == ReadinessState.REFUSING_TRAFFIC) {
				refusing.incrementAndGet();
			}
			else {
				accepting.incrementAndGet();
			}
		};
		this.fixture.context.addApplicationListener(new ReadinessListener(listener));
		RegistryDeregistrationLifecycle deregistration = deregistration();
		StepFixture.get(this.fixture.stop(deregistration));
		assertThat(refusing).hasValue(1);
		assertThat(accepting).hasValue(0);
		deregistration.start();
		assertThat(accepting).hasValue(1);
	}

	@Test
	void publishesReadinessBeforeAnythingIsRestored() {
		FakeAnnouncement one = new FakeAnnouncement("one");
		AtomicInteger restoredBefore = new AtomicInteger(-1);
		this.fixture.context.addApplicationListener(new ReadinessListener((event) -> {
			if (event.getState() == ReadinessState.ACCEPTING_TRAFFIC) {
				restoredBefore.set(one.restored.get());
			}
		}));
		RegistryDeregistrationLifecycle deregistration = deregistration(one);
		StepFixture.get(this.fixture.stop(deregistration));
		deregistration.start();
		assertThat(restoredBefore).hasValue(0);
		assertThat(one.restored).hasValue(1);
	}

	@Test
	void triesAgainWhatFails(CapturedOutput output) {
		FakeAnnouncement flaky = new FakeAnnouncement("flaky");
		flaky.failures.set(2);
		CompletableFuture<Void> stopped = this.fixture.stop(deregistration(flaky));
		letRetry(stopped);
		assertThat(flaky.withdrawn).hasValue(3);
		assertThat(output).contains("withdrew 1 of 1 announcements [flaky (400 ms)]");
	}

	@Test
	void logsWhatGoesOnFailingAndGoesOn(CapturedOutput output) {
		FakeAnnouncement broken = new FakeAnnouncement("broken");
		broken.failures.set(Integer.MAX_VALUE);
		FakeAnnouncement sound = new FakeAnnouncement("sound");
		CompletableFuture<Void> stopped = this.fixture.stop(deregistration(broken, sound));
		awaitWithdrawn("sound");
		letRetry(stopped);
		assertThat(output).contains("Could not withdraw broken")
			.contains("withdrew 1 of 2 announcements [sound (0 ms)], failed [broken (400 ms)]");
	}

	@Test
	void isBoundedWhenAnAnnouncementHangs(CapturedOutput output) {
		FakeAnnouncement hanging = new FakeAnnouncement("hanging");
		hanging.hangs = true;
		FakeAnnouncement sound = new FakeAnnouncement("sound");
		CompletableFuture<Void> stopped = this.fixture.stop(deregistration(hanging, sound));
		awaitWithdrawn("sound");
		Awaitility.await().untilAtomic(hanging.withdrawn, is(1));
		assertThat(stopped).isNotDone();
		this.fixture.time.advance(Duration.ofSeconds(5));
		StepFixture.get(stopped);
		assertThat(output).contains("Could not withdraw hanging")
			.contains("Not finished within 5000 ms")
			.contains("withdrew 1 of 2 announcements [sound (0 ms)], failed [hanging (5000 ms)]");
		Awaitility.await().untilAtomic(hanging.interrupted, is(1));
	}

	@Test
	void leavesWhatOtherSourcesFindWhenOneFailsOrHangs(CapturedOutput output) {
		this.fixture.context.registerBean("broken", AnnouncementSource.class, () -> () -> {
			throw new IllegalStateException("no registry");
		});
		CountDownLatch asked = new CountDownLatch(1);
		this.fixture.context.registerBean("hanging", AnnouncementSource.class, () -> () -> {
			asked.countDown();
			return hang();
		});
		FakeAnnouncement sound = new FakeAnnouncement("sound");
		CompletableFuture<Void> stopped = this.fixture.stop(deregistration(sound));
		awaitWithdrawn("sound");
		Awaitility.await().until(() -> asked.getCount() == 0);
		this.fixture.time.advance(Duration.ofSeconds(5));
		StepFixture.get(stopped);
		assertThat(output).contains("Could not find out where this instance is announced")
			.contains("no registry")
			.contains("withdrew 1 of 1 announcements [sound (0 ms)]");
	}

	@Test
	void aWithdrawalThatEndsAfterTheResumeIsTakenBack() {
		FakeAnnouncement late = new FakeAnnouncement("late");
		CountDownLatch admit = new CountDownLatch(1);
		late.admit = admit;
		RegistryDeregistrationLifecycle deregistration = deregistration(late);
		CompletableFuture<Void> stopped = this.fixture.stop(deregistration);
		Awaitility.await().untilAtomic(late.withdrawn, is(1));
		this.fixture.state.beginDrain().cancel();
		StepFixture.get(stopped);
		deregistration.start();
		assertThat(late.restored).hasValue(1);
		admit.countDown();
		Awaitility.await().untilAtomic(late.restored, is(2));
	}

	private static List<Announcement> hang() {
		try {
			new CountDownLatch(1).await();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
		return List.of();
	}

	/** Lets the time pass that an attempt waits for, and none that would be too long. */
	private void letRetry(CompletableFuture<Void> stopped) {
		Awaitility.await().until(() -> {
			if (this.fixture.time.untilNext().compareTo(Duration.ofMillis(200)) <= 0) {
				this.fixture.time.advance(this.fixture.time.untilNext());
			}
			return stopped.isDone();
		});
	}

	private void awaitWithdrawn(String name) {
		Awaitility.await().until(() -> this.fixture.state.beginDrain().withdrawn().contains(name));
	}

	private RegistryDeregistrationLifecycle deregistration(Announcement... announcements) {
		this.fixture.context.registerBean("source", AnnouncementSource.class, () -> () -> List.of(announcements));
		return newDeregistration();
	}

	private RegistryDeregistrationLifecycle newDeregistration() {
		return new RegistryDeregistrationLifecycle(this.fixture.state, this.fixture.time, this.fixture.context,
				this.fixture.readiness, this.fixture.guests, Duration.ofSeconds(5));
	}

	private record ReadinessListener(ApplicationListener<AvailabilityChangeEvent<ReadinessState>> delegate)
			implements
				ApplicationListener<AvailabilityChangeEvent<ReadinessState>> {

		@Override
		public void onApplicationEvent(AvailabilityChangeEvent<ReadinessState> event) {
			this.delegate.onApplicationEvent(event);
		}

	}

	private static final class FakeAnnouncement implements Announcement {

		private final String name;

		private final AtomicInteger withdrawn = new AtomicInteger();

		private final AtomicInteger restored = new AtomicInteger();

		private final AtomicInteger failures = new AtomicInteger();

		private final AtomicInteger interrupted = new AtomicInteger();

		private volatile boolean hangs;

		private volatile CountDownLatch admit = new CountDownLatch(0);

		FakeAnnouncement(String name) {
			this.name = name;
		}

		@Override
		public String name() {
			return this.name;
		}

		@Override
		public void withdraw() throws Exception {
			this.withdrawn.incrementAndGet();
			this.admit.await();
			if (this.hangs) {
				try {
					new CountDownLatch(1).await();
				}
				catch (InterruptedException ex) {
					this.interrupted.incrementAndGet();
					throw ex;
				}
			}
			if (this.failures.getAndDecrement() > 0) {
				throw new IllegalStateException("registry unreachable");
			}
		}

		@Override
		public void restore() {
			this.restored.incrementAndGet();
		}

	}

}
