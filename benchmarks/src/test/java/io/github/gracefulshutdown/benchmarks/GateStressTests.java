package io.github.gracefulshutdown.benchmarks;

import io.github.gracefulshutdown.benchmarks.stress.GateStress;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Runs the stress tests for a short time. */
class GateStressTests {

	@Test
	void nothingForbiddenIsSeen() throws Exception {
		Program stress = Program.run(GateStress.class, "--short");
		assertThat(stress.output()).contains("Failed tests: No matches.", "Error tests: No matches.",
				"12 matching test results");
		assertThat(stress.exitCode()).isZero();
	}

	@Test
	void aPlantedBugIsSeen() throws Exception {
		Program stress = Program.run(GateStress.class, "--short", "--planted-bug");
		assertThat(stress.output()).containsPattern("Forbidden +Drained early");
		assertThat(stress.exitCode()).isNotZero();
	}

}
