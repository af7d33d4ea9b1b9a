package io.github.gracefulshutdown.autoconfigure;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.github.gracefulshutdown.DrainGate;
import io.github.gracefulshutdown.Permit;

import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.support.GenericApplicationContext;

/**
 * What a step of an application that is ready needs, on fake time: 25 seconds in all
 * unless a test says otherwise, 5 of them kept for the teardown.
 */
final class StepFixture implements AutoCloseable {

	final FakeTime time = new FakeTime();

	final GenericApplicationContext context = new GenericApplicationContext();

	final GuestRunner guests = new GuestRunner(this.time, getClass().getClassLoader());

	/** The time for a shutdown that has not begun. */
	Duration timeout = Duration.ofSeconds(25);

	final ShutdownState state = new ShutdownState(this.context, this.time, this.guests, () -> this.timeout,
			Duration.ofSeconds(5));

	final ServerPresence servers = new ServerPresence(this.context);

	final DrainGate gate = new DrainGate(this.time::nanoTime);

	final EndlessWork endlessWork = new EndlessWork(this.time, this.guests, StreamPolicy.COMPLETE);

	final RequestIntakes intakes = new RequestIntakes(this.context.getBeanFactory(), this.time, this.guests);

	final Readiness readiness = new Readiness(this.context, this.guests, ReadinessPolicy.AUTO, null);

	final ShutdownReporter reporter = new ShutdownReporter(this.context.getBeanFactory(), this.state, this.gate,
			this.guests, new TerminationMessage(Path.of("/nowhere")));

	StepFixture() {
		this.context.refresh();
		this.servers.started();
		this.readiness.onApplicationEvent(new AvailabilityChangeEvent<>(this, ReadinessState.ACCEPTING_TRAFFIC));
	}

	/** Has the participant take part in the shutdown. */
	void join(DrainParticipant participant) {
		this.context.getBeanFactory().registerSingleton(participant.getClass().getName(), participant);
		this.state.afterSingletonsInstantiated();
	}

	Permit enter() {
		return Objects.requireNonNull(this.gate.tryEnter("http", "GET /"));
	}

	/** Stops the step in a drain and returns what completes with its callback. */
	CompletableFuture<Void> stop(SmartLifecycle step) {
		step.start();
		this.state.beginDrain();
		CompletableFuture<Void> stopped = new CompletableFuture<>();
		step.stop(() -> stopped.complete(null));
		return stopped;
	}

	static <T> T get(CompletableFuture<T> future) {
		try {
			return future.get(10, TimeUnit.SECONDS);
		}
		catch (InterruptedException | ExecutionException | TimeoutException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Override
	public void close() {
		this.context.close();
	}

}
