package io.github.gracefulshutdown.listener;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.github.gracefulshutdown.DrainGate;
import io.github.gracefulshutdown.Outcome;
import io.github.gracefulshutdown.Stage;
import io.github.gracefulshutdown.autoconfigure.ShutdownSequence;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/** What holds for whatever takes work by itself. */
abstract class ListenerContract {

	// Longer than anything takes that need not wait for it.
	private static final Duration DRAIN = Duration.ofSeconds(40);

	private ConfigurableApplicationContext context;

	private Handler handler;

	/** Starts the application that takes the work. */
	ConfigurableApplicationContext start(Class<?> application, String... properties) {
		return new SpringApplicationBuilder(application, Handler.class).web(WebApplicationType.NONE)
			.bannerMode(Banner.Mode.OFF)
			.registerShutdownHook(false)
			.properties("graceful.shutdown.lame-duck.maximum=0", "graceful.shutdown.timeout=60s",
					"graceful.shutdown.drain.timeout=" + DRAIN.toSeconds() + "s", "grpc.server.port=-1",
					"spring.artemis.embedded.enabled=false")
			.properties(properties)
			.run();
	}

	abstract ConfigurableApplicationContext start();

	/** Leaves a piece of work to whoever takes it. */
	abstract void send(ConfigurableApplicationContext context, String work);

	@BeforeEach
	void startApplication() {
		this.context = start();
		this.handler = this.context.getBean(Handler.class);
	}

	@AfterEach
	void closeApplication() {
		this.handler.release("first");
		this.handler.release("second");
		this.context.close();
	}

	@Test
	void whatHasBegunRunsToItsEndAndNothingElseBegins() throws Exception {
		send(this.context, "first");
		this.handler.awaitBegun("first");
		CompletableFuture<Outcome> drained = sequence().drain();
		Awaitility.await().until(() -> sequence().stage() == Stage.BLOCKING);
		send(this.context, "second");
		assertThat(drained).isNotDone();
		assertThat(this.context.getBean(DrainGate.class).inFlight()).isPositive();
		this.handler.release("first");
		assertThat(drained.get(30, TimeUnit.SECONDS)).isEqualTo(Outcome.CLEAN);
		assertThat(this.handler.ended()).containsExactly("first");
		Awaitility.await().during(Duration.ofMillis(300)).until(() -> !this.handler.hasBegun("second"));
		this.handler.release("second");
		sequence().resume();
		Awaitility.await().untilAsserted(() -> assertThat(this.handler.ended()).containsExactly("first", "second"));
	}

	@Test
	void theCloseOfTheContextWaitsForWhatHasBegun() throws Exception {
		send(this.context, "first");
		this.handler.awaitBegun("first");
		CompletableFuture<Void> closed = CompletableFuture.runAsync(this.context::close,
				(task) -> new Thread(task).start());
		Awaitility.await().until(() -> sequence().stage() == Stage.BLOCKING);
		assertThat(closed).isNotDone();
		this.handler.release("first");
		closed.get(30, TimeUnit.SECONDS);
		assertThat(this.handler.ended()).containsExactly("first");
	}

	/** To wait for itself takes the time of the drain at least. */
	@Test
	void whatClosesTheContextIsNotWaitedFor() throws Exception {
		send(this.context, Handler.CLOSE);
		this.handler.awaitBegun(Handler.CLOSE);
		assertThat(this.handler.awaitClosed(DRAIN.dividedBy(2))).isTrue();
	}

	@Test
	void whatWaitsForADrainIsNotWaitedFor() throws Exception {
		send(this.context, Handler.DRAIN);
		this.handler.awaitBegun(Handler.DRAIN);
		Awaitility.await()
			.atMost(DRAIN.dividedBy(2))
			.untilAsserted(() -> assertThat(this.handler.ended()).containsExactly("CLEAN"));
	}

	Handler handler() {
		return this.handler;
	}

	ConfigurableApplicationContext context() {
		return this.context;
	}

	private ShutdownSequence sequence() {
		return this.context.getBean(ShutdownSequence.class);
	}

	/** Does each piece of work until it is released. */
	static final class Handler {

		static final String CLOSE = "close";

		static final String DRAIN = "drain";

		private final ConfigurableApplicationContext context;

		private final CountDownLatch closed = new CountDownLatch(1);

		private final Map<String, CountDownLatch> begun = new ConcurrentHashMap<>();

		private final Map<String, CountDownLatch> released = new ConcurrentHashMap<>();

		private final List<String> ended = new CopyOnWriteArrayList<>();

		Handler(ConfigurableApplicationContext context) {
			this.context = context;
		}

		void handle(String work) throws InterruptedException {
			latch(this.begun, work).countDown();
			if (work.equals(CLOSE)) {
				this.context.close();
				this.closed.countDown();
				return;
			}
			if (work.equals(DRAIN)) {
				this.ended.add(this.context.getBean(ShutdownSequence.class).drain().join().name());
				return;
			}
			latch(this.released, work).await();
			this.ended.add(work);
		}

		void awaitBegun(String work) throws InterruptedException {
			assertThat(latch(this.begun, work).await(30, TimeUnit.SECONDS)).isTrue();
		}

		/** Waits until the work that closes the context has done so. */
		boolean awaitClosed(Duration atMost) throws InterruptedException {
			return this.closed.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
		}

		boolean hasBegun(String work) {
			return latch(this.begun, work).getCount() == 0;
		}

		void release(String work) {
			latch(this.released, work).countDown();
		}

		List<String> ended() {
			return this.ended;
		}

		private static CountDownLatch latch(Map<String, CountDownLatch> latches, String work) {
			return latches.computeIfAbsent(work, (name) -> new CountDownLatch(1));
		}

	}

}
