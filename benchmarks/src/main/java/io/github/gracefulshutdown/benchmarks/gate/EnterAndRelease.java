package io.github.gracefulshutdown.benchmarks.gate;

import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.StampedLock;

import io.github.gracefulshutdown.DrainGate;
import io.github.gracefulshutdown.Permit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * One piece of work that enters and leaves. The throughput of all threads together,
 * because with more threads than processors the average time of an operation is that of
 * the one thread that was not let run.
 */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class EnterAndRelease {

	@Benchmark
	public void longAdder(Counters counters) {
		counters.adder.increment();
		counters.adder.decrement();
	}

	@Benchmark
	public void atomicLong(Counters counters) {
		counters.atomic.incrementAndGet();
		counters.atomic.decrementAndGet();
	}

	@Benchmark
	public void flagAndAtomicInteger(Counters counters) {
		if (!counters.closed) {
			counters.naive.incrementAndGet();
			counters.naive.decrementAndGet();
		}
	}

	@Benchmark
	public void phaser(Counters counters) {
		counters.phaser.register();
		counters.phaser.arriveAndDeregister();
	}

	@Benchmark
	public void stampedLock(Counters counters) {
		counters.lock.unlockRead(counters.lock.readLock());
	}

	/** As a gRPC call or a job enters: its description is always the same. */
	@Benchmark
	public void gate(Gate gate) {
		enter(gate, "sample.WorkService/Work").close();
	}

	/** The same, and the permit is passed on, so that it has to be an object. */
	@Benchmark
	public Permit gatePermitPassedOn(Gate gate) {
		Permit permit = enter(gate, "sample.WorkService/Work");
		permit.close();
		return permit;
	}

	/** As an HTTP request enters: its description is new each time. */
	@Benchmark
	public Permit gateNewDescription(Gate gate) {
		Permit permit = enter(gate, new String(gate.path, StandardCharsets.ISO_8859_1));
		permit.close();
		return permit;
	}

	/** What of that is making the description. */
	@Benchmark
	public String descriptionAlone(Gate gate) {
		return new String(gate.path, StandardCharsets.ISO_8859_1);
	}

	private static Permit enter(Gate gate, String description) {
		return Objects.requireNonNull(gate.gate.tryEnter("grpc", description));
	}

	/** What else counts. */
	@State(Scope.Benchmark)
	public static class Counters {

		private final LongAdder adder = new LongAdder();

		private final AtomicLong atomic = new AtomicLong();

		private final AtomicInteger naive = new AtomicInteger();

		private final Phaser phaser = new Phaser(1);

		private final StampedLock lock = new StampedLock();

		private volatile boolean closed;

		@TearDown
		public void close() {
			this.closed = true;
		}

	}

	/** The gate. */
	@State(Scope.Benchmark)
	public static class Gate {

		private final byte[] path = "GET /work".getBytes(StandardCharsets.ISO_8859_1);

		private final StarterGate starter = new StarterGate();

		private final DrainGate gate = this.starter.get();

		@TearDown
		public void close() {
			this.starter.close();
		}

	}

}
