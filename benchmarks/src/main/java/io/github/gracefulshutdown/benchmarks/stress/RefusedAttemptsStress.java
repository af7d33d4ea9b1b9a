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

/** Attempts that go on and on while the gate closes and the last work leaves. */
@JCStressTest
@State
@Outcome(id = "0, true", expect = Expect.ACCEPTABLE, desc = "Empty and drained, whatever was refused.")
@Outcome(id = "0, false", expect = Expect.FORBIDDEN, desc = "Empty, but the drain was lost.")
@Outcome(expect = Expect.FORBIDDEN, desc = "An attempt that was refused has left something behind.")
public class RefusedAttemptsStress {

	private static final int ATTEMPTS = 20;

	private final DrainGate gate = new DrainGate();

	private final Permit last = Objects.requireNonNull(this.gate.tryEnter("http", "GET /last"));

	@Actor
	public void closeAndRelease() {
		this.gate.close();
		this.last.close();
	}

	@Actor
	public void attempt() {
		for (int i = 0; i < ATTEMPTS; i++) {
			Permit permit = this.gate.tryEnter("http", "GET /");
			if (permit != null) {
				permit.close();
			}
		}
	}

	@Arbiter
	public void outcome(JZ_Result result) {
		result.r1 = this.gate.inFlight();
		result.r2 = this.gate.drained().isDone();
	}

}
