package io.github.gracefulshutdown.benchmarks.stress;

import java.util.Objects;

import io.github.gracefulshutdown.DrainGate;
import io.github.gracefulshutdown.Permit;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JZ_Result;

/** The last release, while the gate is closed. */
@JCStressTest
@State
@Outcome(id = "0, true", expect = Expect.ACCEPTABLE, desc = "Empty and drained.")
@Outcome(id = "0, false", expect = Expect.FORBIDDEN, desc = "Empty, but the drain was lost.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Work that has left is still counted.")
public class ReleaseRacesCloseStress {

	private final DrainGate gate = new DrainGate();

	private final Permit permit = Objects.requireNonNull(this.gate.tryEnter("http", "GET /"));

	@Actor
	public void release() {
		this.permit.close();
	}

	@Actor
	public void close() {
		this.gate.close();
	}

	@Arbiter
	public void outcome(JZ_Result result) {
		result.r1 = this.gate.inFlight();
		result.r2 = this.gate.drained().isDone();
	}

}
