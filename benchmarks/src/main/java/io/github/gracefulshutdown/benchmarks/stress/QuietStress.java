package io.github.gracefulshutdown.benchmarks.stress;

import java.util.Objects;

import io.github.gracefulshutdown.DrainGate;
import io.github.gracefulshutdown.Permit;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.J_Result;

/** Work comes and goes so that there is always some; nobody may find it quiet. */
@JCStressTest
@State
@Outcome(id = "0", expect = Expect.ACCEPTABLE, desc = "Not quiet.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Found quiet while there was work.")
public class QuietStress {

	private final DrainGate gate = new DrainGate(() -> 0);

	private final Permit first = enter();

	private Permit enter() {
		return Objects.requireNonNull(this.gate.tryEnter("http", "GET /"));
	}

	@Actor
	public void work() {
		Permit second = enter();
		this.first.close();
		enter();
		second.close();
	}

	@Actor
	public void look(J_Result result) {
		result.r1 = this.gate.quietFor().toNanos();
	}

}
