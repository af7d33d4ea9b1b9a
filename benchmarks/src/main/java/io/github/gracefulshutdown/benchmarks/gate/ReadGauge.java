package io.github.gracefulshutdown.benchmarks.gate;

import java.util.Objects;
import java.util.concurrent.TimeUnit;

import io.github.gracefulshutdown.DrainGate;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Reads the in-flight gauge of one kind; an operation is one of the 64 slots. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@OperationsPerInvocation(64)
public class ReadGauge {

	@Benchmark
	public long gate(Gate gate) {
		return gate.gate.inFlight("http");
	}

	/** A gate with work in half of its slots, as many as it has before it grows. */
	@State(Scope.Benchmark)
	public static class Gate {

		private final DrainGate gate = new DrainGate();

		public Gate() {
			for (int i = 0; i < 31; i++) {
				Objects.requireNonNull(this.gate.tryEnter("http", "GET /"));
			}
		}

	}

}
