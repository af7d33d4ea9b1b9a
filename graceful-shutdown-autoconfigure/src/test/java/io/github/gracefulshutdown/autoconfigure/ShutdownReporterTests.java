package io.github.gracefulshutdown.autoconfigure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.locks.ReentrantLock;

import io.github.gracefulshutdown.DrainGate;
import io.github.gracefulshutdown.Outcome;
import io.github.gracefulshutdown.autoconfigure.ShutdownReport.StuckWork;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.context.SmartLifecycle;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for {@link ShutdownReporter}. */
class ShutdownReporterTests {

	private final DrainGate gate = new DrainGate();

	@TempDir
	Path directory;

	@Test
	void namesTheWorkAndWhereItsThreadIs() {
		try (GenericApplicationContext context = new GenericApplicationContext()) {
			ShutdownReporter reporter = reporter(context);
			context.refresh();
			this.gate.tryEnter("http", "GET /slow");
			ShutdownReport report = reporter.atDeadline();
			assertThat(report.outcome()).isEqualTo(Outcome.FORCED);
			StuckWork work = report.work().get(0);
			assertThat(work.kind()).isEqualTo("http");
			assertThat(work.description()).isEqualTo("GET /slow");
			assertThat(work.thread()).isEqualTo(Thread.currentThread().getName());
			assertThat(work.stack()).anyMatch((frame) -> frame.contains("ShutdownReporter"));
		}
	}

	@Test
	void namesDeadlocks() throws InterruptedException {
		ReentrantLock one = new ReentrantLock();
		ReentrantLock two = new ReentrantLock();
		CyclicBarrier both = new CyclicBarrier(2);
		Thread first = deadlocked("first", one, two, both);
		Thread second = deadlocked("second", two, one, both);
		try (GenericApplicationContext context = new GenericApplicationContext()) {
			ShutdownReporter reporter = reporter(context);
			context.refresh();
			Awaitility.await()
				.untilAsserted(() -> assertThat(reporter.atDeadline().deadlocks()).hasSize(2)
					.anyMatch((sentence) -> sentence.startsWith("thread first waits for java.util.concurrent.locks.")
							&& sentence.endsWith("which thread second holds")));
		}
		first.interrupt();
		second.interrupt();
		first.join();
		second.join();
	}

	private static Thread deadlocked(String name, ReentrantLock first, ReentrantLock second, CyclicBarrier both) {
		Thread thread = new Thread(() -> {
			first.lock();
			try {
				both.await();
				second.lockInterruptibly();
			}
			catch (Exception ex) {
				// Interrupted: the end of it.
			}
		}, name);
		thread.setDaemon(true);
		thread.start();
		return thread;
	}

	@Test
	void namesBeansThatRunAndExecutorsWithTasks() throws InterruptedException {
		CountDownLatch end = new CountDownLatch(1);
		CountDownLatch begun = new CountDownLatch(1);
		try (StepFixture fixture = new StepFixture();
				GenericApplicationContext context = new GenericApplicationContext()) {
			ShutdownReporter reporter = reporter(context);
			context.registerBean("server", RunningLifecycle.class);
			context.registerBean("step", RequestBlockerLifecycle.class,
					() -> new RequestBlockerLifecycle(fixture.state, fixture.time, fixture.gate, fixture.readiness));
			context.registerBean("workers", ThreadPoolTaskExecutor.class, () -> {
				ThreadPoolTaskExecutor executor = new ThreadPoolTaskExecutor();
				executor.setCorePoolSize(1);
				return executor;
			});
			context.refresh();
			ThreadPoolTaskExecutor workers = context.getBean(ThreadPoolTaskExecutor.class);
			workers.execute(() -> {
				begun.countDown();
				await(end);
			});
			workers.execute(() -> {
			});
			begun.await();
			ShutdownReport report = reporter.atDeadline();
			assertThat(report.stopping()).contains("server").doesNotContain("step");
			assertThat(report.queues()).containsExactly("workers with 1 tasks running and 1 waiting");
			assertThat(report).asString()
				.contains("has not stopped: server")
				.contains("queue: workers with 1 tasks running and 1 waiting");
			end.countDown();
		}
	}

	@Test
	void namesThreadsThatMayBeShutdownHooksWhenTheContextHasClosed() throws InterruptedException {
		CountDownLatch end = new CountDownLatch(1);
		Thread hook = new Thread(() -> await(end), "hook");
		hook.start();
		Thread closing = new Thread(() -> {
		});
		closing.start();
		closing.join();
		try (GenericApplicationContext context = new GenericApplicationContext()) {
			ShutdownReporter reporter = reporter(context);
			context.registerBean("server", RunningLifecycle.class);
			context.refresh();
			assertThat(reporter.isContextClosed()).isFalse();
			context.getBean(ShutdownState.class).setClosingThread(closing);
			assertThat(reporter.isContextClosed()).isTrue();
			ShutdownReport report = reporter.atDeadline();
			assertThat(report.briefly()).contains("has not stopped: thread hook at ")
				.doesNotContain("CountDownLatch.await(");
			assertThat(report.stopping()).doesNotContain("server")
				.anyMatch((left) -> left.startsWith("thread hook\n    at ") && left.contains("CountDownLatch.await("));
		}
		end.countDown();
	}

	private static void await(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	@Test
	void writesTheReasonWhereThePlatformHasAFileForIt() throws IOException {
		Path file = Files.writeString(this.directory.resolve("termination-log"), "something longer than it ".repeat(9));
		try (GenericApplicationContext context = new GenericApplicationContext()) {
			ShutdownReporter reporter = reporter(context);
			context.refresh();
			for (int i = 0; i < 1_000; i++) {
				this.gate.tryEnter("http", "GET /" + i);
			}
			reporter.afterDrain(this.gate.workInFlight());
			assertThat(file).content()
				.startsWith("Graceful shutdown TIMED_OUT after ")
				.contains("1000 left in flight\nhttp GET /")
				.doesNotContain("something");
			assertThat(Files.size(file)).isLessThanOrEqualTo(4096);
		}
	}

	@Test
	void writesNoFileThatIsNotThere() {
		try (GenericApplicationContext context = new GenericApplicationContext()) {
			ShutdownReporter reporter = reporter(context);
			context.refresh();
			reporter.atDeadline();
			assertThat(this.directory).isEmptyDirectory();
		}
	}

	private ShutdownReporter reporter(GenericApplicationContext context) {
		TimeSource time = new SystemTimeSource();
		GuestRunner guests = new GuestRunner(time, null);
		ShutdownState state = new ShutdownState(context, time, guests, Duration.ofSeconds(25), Duration.ofSeconds(5));
		ShutdownReporter reporter = new ShutdownReporter(context.getBeanFactory(), state, this.gate, guests,
				new TerminationMessage(this.directory.resolve("termination-log")));
		context.registerBean(ShutdownReporter.class, () -> reporter);
		context.registerBean(ShutdownState.class, () -> state);
		return reporter;
	}

	static class RunningLifecycle implements SmartLifecycle {

		private volatile boolean running;

		@Override
		public void start() {
			this.running = true;
		}

		@Override
		public void stop() {
			this.running = false;
		}

		@Override
		public boolean isRunning() {
			return this.running;
		}

	}

}
