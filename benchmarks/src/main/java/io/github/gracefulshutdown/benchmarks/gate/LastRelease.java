package io.github.gracefulshutdown.benchmarks.gate;

import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.github.gracefulshutdown.DrainGate;
import io.github.gracefulshutdown.Permit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** From the last release to the moment at which the thread that waits for it is awake. */
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class LastRelease {

	@Benchmark
	public void gate(GateWaiter waiter) {
		waiter.permit.close();
		waiter.awaitAwake();
	}

	/** As the drain of Spring Boot's Tomcat looks whether requests are left. */
	@Benchmark
	public void pollEvery50Millis(PollingWaiter waiter) {
		waiter.permit.close();
		waiter.awaitAwake();
	}

	/** A thread that waits for a gate with one permit to be drained. */
	public abstract static class Waiter {

		private DrainGate gate = new DrainGate();

		Permit permit = Objects.requireNonNull(this.gate.tryEnter("http", "GET /"));

		private Thread thread = new Thread();

		private volatile boolean awake;

		@Setup(Level.Invocation)
		public void start() throws InterruptedException {
			this.gate = new DrainGate();
			this.permit = Objects.requireNonNull(this.gate.tryEnter("http", "GET /"));
			this.gate.close();
			this.awake = false;
			this.thread = new Thread(() -> {
				await(this.gate);
				this.awake = true;
			});
			this.thread.start();
			while (this.thread.getState() != Thread.State.WAITING
					&& this.thread.getState() != Thread.State.TIMED_WAITING) {
				Thread.sleep(1);
			}
			beforeRelease();
		}

		abstract void await(DrainGate gate);

		void beforeRelease() throws InterruptedException {
		}

		void awaitAwake() {
			while (!this.awake) {
				Thread.onSpinWait();
			}
		}

		@TearDown(Level.Invocation)
		public void join() throws InterruptedException {
			this.thread.join();
		}

	}

	/** Waits for the signal of the gate. */
	@State(Scope.Benchmark)
	public static class GateWaiter extends Waiter {

		@Override
		void await(DrainGate gate) {
			gate.drained().join();
		}

	}

	/** Looks again and again. */
	@State(Scope.Benchmark)
	public static class PollingWaiter extends Waiter {

		private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

		private long phase;

		@Override
		void await(DrainGate gate) {
			while (gate.inFlight() > 0) {
				LockSupport.parkNanos(PERIOD_NANOS);
			}
		}

		/** At another point of the period each time. */
		@Override
		void beforeRelease() throws InterruptedException {
			this.phase = (this.phase + 13) % 50;
			Thread.sleep(this.phase);
		}

	}

}
