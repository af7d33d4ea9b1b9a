package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.github.gracefulshutdown.Stage;
import io.github.gracefulshutdown.TeardownResource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.Ordered;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Tests for {@link ResourceTeardownLifecycle}. */
@ExtendWith(OutputCaptureExtension.class)
class ResourceTeardownLifecycleTests {

	private final StepFixture fixture = new StepFixture();

	private final List<String> released = new CopyOnWriteArrayList<>();

	private final ResourceTeardownLifecycle teardown = new ResourceTeardownLifecycle(this.fixture.state,
			this.fixture.time, this.fixture.context.getBeanFactory(), this.fixture.gate, this.fixture.guests,
			Duration.ofSeconds(6));

	@AfterEach
	void close() {
		this.fixture.close();
	}

	@Test
	void releasesInOrderAndSumsTheShutdownUp(CapturedOutput output) {
		register("last", 3, () -> this.released.add("last"));
		register("first", 1, () -> this.released.add("first"));
		register("middle", 2, () -> this.released.add("middle"));
		this.fixture.state.beginClose();
		StepFixture.get(this.fixture.stop(this.teardown));
		assertThat(this.released).containsExactly("first", "middle", "last");
		assertThat(this.fixture.state.stage()).isEqualTo(Stage.RELEASED);
		assertThat(output).contains("released 3 of 3 resources [first (0 ms), middle (0 ms), last (0 ms)]")
			.contains("Graceful shutdown ended CLEAN after 0 ms: teardown 0 ms; "
					+ "0 stragglers, 0 rejected, 0 left in flight");
	}

	@Test
	void releasesTheRestWhenOneThrows(CapturedOutput output) {
		register("broken", 1, () -> {
			throw new IllegalStateException("disk full");
		});
		register("sound", 2, () -> this.released.add("sound"));
		this.fixture.state.beginClose();
		StepFixture.get(this.fixture.stop(this.teardown));
		assertThat(this.released).containsExactly("sound");
		assertThat(output).contains("Could not release 'broken'").contains("disk full");
	}

	@Test
	void interruptsOneThatHangsAfterItsShareAndReleasesTheRest(CapturedOutput output) {
		register("hanging", 1, () -> {
			this.released.add("hanging");
			new CountDownLatch(1).await();
		});
		register("sound", 2, () -> this.released.add("sound"));
		this.fixture.state.beginClose();
		CompletableFuture<Void> stopped = Background.run(() -> StepFixture.get(this.fixture.stop(this.teardown)));
		Awaitility.await().until(() -> this.released.contains("hanging"));
		this.fixture.time.advance(Duration.ofSeconds(3).minusNanos(1));
		assertThat(stopped).isNotDone();
		this.fixture.time.advance(Duration.ofNanos(1));
		StepFixture.get(stopped);
		assertThat(this.released).containsExactly("hanging", "sound");
		assertThat(output).contains("Could not release 'hanging'").contains("Not finished within 3000 ms");
	}

	@Test
	void releasesNothingWhenOnlyADrainWasRequested() {
		register("resource", 1, () -> this.released.add("resource"));
		StepFixture.get(this.fixture.stop(this.teardown));
		assertThat(this.released).isEmpty();
	}

	@Test
	void releasesOnceBesideWhatHasNotStopped(CapturedOutput output) {
		register("resource", 1, () -> this.released.add("resource"));
		this.fixture.state.beginClose();
		this.fixture.state.beginDrain();
		releaseLate();
		Awaitility.await().until(() -> output.getOut().contains("Before the deadline: released 1 of 1 resources"));
		assertThat(this.fixture.state.stage()).isEqualTo(Stage.RELEASED);
		assertThat(this.fixture.gate.tryEnter("http", "GET /")).as("what may need them").isNull();
		assertThat(output).contains("releasing them now").doesNotContain("Graceful shutdown ended");
		StepFixture.get(this.fixture.stop(this.teardown));
		assertThat(this.released).containsExactly("resource");
		assertThat(output).contains("Step 'teardown' took 0 ms: released 1 of 1 resources")
			.contains("Graceful shutdown ended CLEAN");
	}

	@Test
	void theContainerWaitsForWhatIsBeingReleased() {
		CountDownLatch slow = new CountDownLatch(1);
		register("slow", 1, () -> {
			this.released.add("slow");
			slow.await();
		});
		this.fixture.state.beginClose();
		this.fixture.state.beginDrain();
		releaseLate();
		Awaitility.await().until(() -> this.released.contains("slow"));
		CompletableFuture<Void> stopped = Background.run(() -> StepFixture.get(this.fixture.stop(this.teardown)));
		assertThatExceptionOfType(TimeoutException.class).isThrownBy(() -> stopped.get(200, TimeUnit.MILLISECONDS));
		slow.countDown();
		StepFixture.get(stopped);
	}

	@Test
	void leavesAloneWhatTheContainerReleases(CapturedOutput output) {
		register("hanging", 1, () -> {
			this.released.add("hanging");
			new CountDownLatch(1).await();
		});
		this.fixture.state.beginClose();
		CompletableFuture<Void> stopped = Background.run(() -> StepFixture.get(this.fixture.stop(this.teardown)));
		Awaitility.await().until(() -> this.released.contains("hanging"));
		releaseLate();
		this.fixture.time.advance(Duration.ofSeconds(6));
		StepFixture.get(stopped);
		assertThat(this.released).containsExactly("hanging");
		assertThat(output).doesNotContain("releasing them now");
	}

	@Test
	void releasesNothingLateBeforeADrain() {
		register("resource", 1, () -> this.released.add("resource"));
		this.fixture.close(); // before the sequence hears of it
		this.fixture.state.beginClose();
		releaseLate();
		assertThat(this.released).isEmpty();
		assertThat(this.fixture.state.drain()).isNull();
		assertThat(this.fixture.state.stage()).isEqualTo(Stage.SERVING);
	}

	@Test
	void aStopOfTheContextLeavesTheResourcesToItsClose() {
		register("resource", 1, () -> this.released.add("resource"));
		this.teardown.start();
		this.teardown.stop();
		assertThat(this.released).isEmpty();
		assertThat(this.teardown.isRunning()).isTrue();
		this.fixture.state.beginClose();
		this.fixture.state.beginDrain();
		this.teardown.stop();
		assertThat(this.released).containsExactly("resource");
		assertThat(this.teardown.isRunning()).isFalse();
	}

	@Test
	void createsNoLazyResourceInOrderToReleaseIt(CapturedOutput output) {
		register("used", 1, () -> this.released.add("used"));
		this.fixture.context.registerBean("unused", TeardownResource.class, () -> {
			throw new IllegalStateException("created at the shutdown");
		}, (definition) -> definition.setLazyInit(true));
		this.fixture.state.beginClose();
		StepFixture.get(this.fixture.stop(this.teardown));
		assertThat(this.released).containsExactly("used");
		assertThat(output).contains("released 1 of 1 resources [used (0 ms)], 1 were never created");
	}

	@Test
	void releasesNothingTwiceThatCannotBeReleasedAtAll() {
		this.fixture.context.registerBean("one", TeardownResource.class, BrokenResource::new);
		this.fixture.context.registerBean("other", TeardownResource.class, BrokenResource::new);
		this.fixture.context.getBeansOfType(TeardownResource.class);
		this.fixture.state.beginClose();
		Drain drain = this.fixture.state.beginDrain();
		CompletableFuture<String> first = this.teardown.perform(drain);
		assertThat(first).isCompletedExceptionally();
		assertThat(this.teardown.perform(drain)).isSameAs(first);
	}

	/** Waits until it was decided what to do. */
	private void releaseLate() {
		this.teardown.releaseLate();
		Awaitility.await()
			.until(() -> Thread.getAllStackTraces()
				.keySet()
				.stream()
				.map(Thread::getName)
				.noneMatch("graceful-shutdown-late-teardown"::equals));
	}

	private void register(String name, int order, TeardownResource resource) {
		this.fixture.context.registerBean(name, TeardownResource.class, () -> new OrderedResource(order, resource));
		this.fixture.context.getBean(name);
	}

	private static final class BrokenResource implements TeardownResource, Ordered {

		@Override
		public int getOrder() {
			throw new NoClassDefFoundError("a class that is gone");
		}

		@Override
		public void release() {
		}

	}

	private record OrderedResource(int order, TeardownResource resource) implements TeardownResource, Ordered {

		@Override
		public int getOrder() {
			return this.order;
		}

		@Override
		public void release() throws Exception {
			this.resource.release();
		}

	}

}
