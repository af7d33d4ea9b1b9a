package io.github.gracefulshutdown.autoconfigure;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import com.sun.management.ThreadMXBean;
import io.github.gracefulshutdown.DrainGate;
import io.github.gracefulshutdown.Permit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.support.GenericApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Tests for {@link Watchdog}, with a halt that only tells. */
@ExtendWith(OutputCaptureExtension.class)
class WatchdogTests {

	private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

	private final CompletableFuture<Integer> halted = new CompletableFuture<>();

	private final CompletableFuture<Void> released = new CompletableFuture<>();

	private final DrainGate gate = new DrainGate();

	private final ContextShutdowns contexts = new ContextShutdowns();

	private volatile long allocated;

	private volatile boolean flushedBeforeHalt;

	@TempDir
	Path directory;

	@Test
	void haltsAtTheDeadlineOfAJvmThatGoesDownAndNamesWhatIsLeft(CapturedOutput output) {
		try (GenericApplicationContext context = context()) {
			@Nullable Permit permit = this.gate.tryEnter("http", "GET /slow");
			assertThat(permit).isNotNull();
			Watchdog watchdog = watchdog(context, Duration.ofMillis(50));
			watchdog.start();
			watchdog.goingDown();
			assertThat(StepFixture.get(this.halted)).isEqualTo(7);
			assertThat(output).contains("Graceful shutdown FORCED after")
				.contains("halted with exit code 7")
				.contains("http GET /slow for ");
			assertThat(this.flushedBeforeHalt).isTrue();
			watchdog.dismiss();
		}
	}

	@Test
	@SuppressWarnings("deprecation") // the successor of getId() came with Java 19
	void haltsWithoutMemory() {
		try (GenericApplicationContext context = context()) {
			Watchdog watchdog = watchdog(context, Duration.ofMillis(50));
			watchdog.start();
			long before = THREADS.getThreadAllocatedBytes(newest("graceful-shutdown-watchdog").getId());
			watchdog.goingDown();
			StepFixture.get(this.halted);
			assertThat(this.allocated - before).isLessThan(100);
			watchdog.dismiss();
		}
	}

	@Test
	void neverHaltsAJvmThatDoesNotGoDown() throws InterruptedException {
		try (GenericApplicationContext context = context()) {
			ShutdownState state = state(context, Duration.ofNanos(1));
			Watchdog watchdog = watchdog(state);
			watchdog.start();
			state.beginClose();
			assertThatExceptionOfType(TimeoutException.class)
				.isThrownBy(() -> this.halted.get(200, TimeUnit.MILLISECONDS));
			watchdog.dismiss();
			watchdog.join();
			assertThat(this.halted).isNotDone();
		}
	}

	@Test
	void haltsAtADeadlineThatWasMoved() {
		try (GenericApplicationContext context = context()) {
			ShutdownState state = state(context, Duration.ofDays(1));
			Watchdog watchdog = watchdog(state);
			watchdog.start();
			watchdog.goingDown();
			this.contexts.all().forEach(ContextShutdown::hurry);
			watchdog.deadlineMoved();
			assertThat(StepFixture.get(this.halted)).isEqualTo(7);
			watchdog.dismiss();
		}
	}

	@Test
	void hasTheResourcesReleasedWhenHalfOfTheTimeAfterTheDrainIsOver() {
		try (GenericApplicationContext context = context()) {
			FakeTime time = new FakeTime();
			Watchdog watchdog = watchdog(
					new ShutdownState(context, time, guests(), Duration.ofSeconds(25), Duration.ofSeconds(5)), time);
			watchdog.start();
			watchdog.goingDown();
			time.advance(Duration.ofMillis(22_499));
			watchdog.deadlineMoved();
			assertThatExceptionOfType(TimeoutException.class)
				.isThrownBy(() -> this.released.get(200, TimeUnit.MILLISECONDS));
			time.advance(Duration.ofMillis(1));
			watchdog.deadlineMoved();
			StepFixture.get(this.released);
			assertThat(this.halted).isNotDone();
			time.advance(Duration.ofMillis(2_500));
			watchdog.deadlineMoved();
			assertThat(StepFixture.get(this.halted)).isEqualTo(7);
			watchdog.dismiss();
		}
	}

	@Test
	void hasTheResourcesReleasedAlsoIfItComesTooLate() {
		try (GenericApplicationContext context = context()) {
			FakeTime time = new FakeTime();
			ShutdownState state = new ShutdownState(context, time, guests(), Duration.ofSeconds(25),
					Duration.ofSeconds(5));
			state.beginClose();
			time.advance(Duration.ofSeconds(26));
			Watchdog watchdog = watchdog(state, time);
			watchdog.start();
			watchdog.goingDown();
			StepFixture.get(this.released);
			assertThat(StepFixture.get(this.halted)).isEqualTo(7);
			watchdog.dismiss();
		}
	}

	@Test
	void reportsAndHaltsIfTheResourcesCannotBeReleased(CapturedOutput output) {
		try (GenericApplicationContext context = context()) {
			FakeTime time = new FakeTime();
			ShutdownState state = new ShutdownState(context, time, guests(), Duration.ofSeconds(25),
					Duration.ofSeconds(5));
			Watchdog watchdog = watchdog(state, time, () -> {
				throw new OutOfMemoryError("for a test");
			});
			watchdog.start();
			watchdog.goingDown();
			time.advance(Duration.ofSeconds(24));
			watchdog.deadlineMoved();
			time.advance(Duration.ofSeconds(1));
			watchdog.deadlineMoved();
			assertThat(StepFixture.get(this.halted)).isEqualTo(7);
			assertThat(output).contains("Graceful shutdown FORCED after");
			watchdog.dismiss();
		}
	}

	@Test
	void tellsTheListenersWhatIsLeftBeforeItHalts() {
		CompletableFuture<ShutdownReport> heard = new CompletableFuture<>();
		try (GenericApplicationContext context = context()) {
			context.addApplicationListener((ShutdownReportEvent event) -> {
				assertThat(this.halted).isNotDone();
				heard.complete(event.getReport());
			});
			this.gate.tryEnter("http", "GET /slow");
			Watchdog watchdog = watchdog(context, Duration.ofMillis(50));
			watchdog.start();
			watchdog.goingDown();
			assertThat(StepFixture.get(heard).briefly()).startsWith("Graceful shutdown FORCED after ")
				.contains("http GET /slow for ");
			StepFixture.get(this.halted);
			watchdog.dismiss();
		}
	}

	@Test
	void doesNotWaitForAListenerThatHangs() {
		CompletableFuture<Void> end = new CompletableFuture<>();
		try (GenericApplicationContext context = context()) {
			context.addApplicationListener((ShutdownReportEvent event) -> end.join());
			Watchdog watchdog = watchdog(context, Duration.ofMillis(50));
			watchdog.start();
			watchdog.goingDown();
			StepFixture.get(this.halted);
			assertThat(this.flushedBeforeHalt).isTrue();
			watchdog.dismiss();
			end.complete(null);
		}
	}

	@Test
	void leavesTheReasonWhereThePlatformReadsIt() throws IOException {
		Path file = Files.createFile(this.directory.resolve("termination-log"));
		try (GenericApplicationContext context = context()) {
			this.gate.tryEnter("http", "GET /slow");
			Watchdog watchdog = watchdog(context, Duration.ofMillis(50));
			watchdog.start();
			watchdog.goingDown();
			StepFixture.get(this.halted);
			assertThat(file).content().startsWith("Graceful shutdown FORCED after ").contains("http GET /slow for ");
			watchdog.dismiss();
		}
	}

	private static GenericApplicationContext context() {
		GenericApplicationContext context = new GenericApplicationContext();
		context.refresh();
		return context;
	}

	private Watchdog watchdog(GenericApplicationContext context, Duration timeout) {
		return watchdog(state(context, timeout));
	}

	private Watchdog watchdog(ShutdownState state) {
		return watchdog(state, new SystemTimeSource());
	}

	private Watchdog watchdog(ShutdownState state, TimeSource time) {
		return watchdog(state, time, () -> this.released.complete(null));
	}

	private Watchdog watchdog(ShutdownState state, TimeSource time, Runnable releaseLate) {
		GracefulShutdownProperties properties = new GracefulShutdownProperties();
		properties.getForceExit().setExitCode(7);
		properties.getSecondSignal().setGrace(Duration.ofMillis(50));
		properties.setTerminationMessagePath(this.directory.resolve("termination-log").toString());
		GenericApplicationContext named = new GenericApplicationContext();
		ContextShutdown context = new ContextShutdown(named, named.getBeanFactory(), properties, time, true);
		context.attach(new ShutdownParts(state, reporter(state), () -> {
		}, releaseLate));
		context.started();
		this.contexts.add(context);
		return new Watchdog(this.contexts, time, () -> this.flushedBeforeHalt = !this.halted.isDone(), this::halt);
	}

	private ShutdownReporter reporter(ShutdownState state) {
		return new ShutdownReporter(new DefaultListableBeanFactory(), state, this.gate, guests(),
				new TerminationMessage(this.directory.resolve("termination-log")));
	}

	private void halt(int exitCode) {
		this.allocated = THREADS.getCurrentThreadAllocatedBytes();
		this.halted.complete(exitCode);
	}

	@SuppressWarnings("deprecation") // the successor of getId() came with Java 19
	private static Thread newest(String name) {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().equals(name))
			.max(Comparator.comparing(Thread::getId))
			.orElseThrow();
	}

	private static ShutdownState state(GenericApplicationContext context, Duration timeout) {
		return new ShutdownState(context, new SystemTimeSource(), guests(), timeout, Duration.ZERO);
	}

	private static GuestRunner guests() {
		return new GuestRunner(new SystemTimeSource(), WatchdogTests.class.getClassLoader());
	}

}
