package io.github.gracefulshutdown.benchmarks.stress;

import java.util.Objects;

import io.github.gracefulshutdown.DrainGate;
import io.github.gracefulshutdown.Permit;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZI_Result;

/** Who sees the drain sees all that the work has done, on whatever thread it ended. */
@JCStressTest
@State
@Outcome(id = "false, [01]", expect = Expect.ACCEPTABLE, desc = "Not drained yet.")
@Outcome(id = "true, 1", expect = Expect.ACCEPTABLE, desc = "Drained, and the work was done.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Drained before the work was done.")
public class DrainedIsNotEarlyStress {

	private final DrainGate gate = new DrainGate();

	private final Permit permit = Objects.requireNonNull(this.gate.tryEnter("http", "GET /"));

	private int done;

	public DrainedIsNotEarlyStress() {
		this.gate.close();
	}

	@Actor
	public void work() {
		this.done = 1;
		this.permit.close();
	}

	@Actor
	public void observe(ZI_Result result) {
		result.r1 = this.gate.drained().isDone();
		result.r2 = this.done;
	}

}
