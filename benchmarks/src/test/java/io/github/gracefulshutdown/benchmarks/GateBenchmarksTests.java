package io.github.gracefulshutdown.benchmarks;

import io.github.gracefulshutdown.DrainGate;
import io.github.gracefulshutdown.benchmarks.gate.GateBenchmarks;
import org.junit.jupiter.api.Test;
import org.openjdk.jol.info.GraphLayout;

import static org.assertj.core.api.Assertions.assertThat;

/** Runs the benchmarks for a short time, and measures what takes none. */
class GateBenchmarksTests {

	private static final long KIBIBYTE = 1024;

	@Test
	void everyBenchmarkRuns() throws Exception {
		Program benchmarks = Program.run(GateBenchmarks.class, "--short");
		assertThat(benchmarks.output()).contains("longAdder", "atomicLong", "phaser", "stampedLock",
				"gateNewDescription", "Last release to waiter awake", "Read the gauge");
		assertThat(benchmarks.exitCode()).as(benchmarks.output()).isZero();
	}

	@Test
	void anIdleGateIsSmall() {
		DrainGate gate = new DrainGate();
		long bytes = GraphLayout.parseInstance(gate).totalSize();
		System.out.println("An idle gate has " + bytes + " bytes");
		assertThat(bytes).isLessThan(16 * KIBIBYTE);
	}

}
