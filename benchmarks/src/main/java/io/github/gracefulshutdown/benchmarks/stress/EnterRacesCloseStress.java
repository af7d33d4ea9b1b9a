package io.github.gracefulshutdown.benchmarks.stress;

import io.github.gracefulshutdown.DrainGate;
import io.github.gracefulshutdown.Permit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZZ_Result;

/** Work that enters while the gate is closed: it is refused or it holds the drain. */
@JCStressTest
@State
@Outcome(id = "false, true, true", expect = Expect.ACCEPTABLE, desc = "Refused, and the idle gate was drained.")
@Outcome(id = "true, false, true", expect = Expect.ACCEPTABLE,
		desc = "Let in, not drained before its release, drained with it.")
@Outcome(id = "true, true, .*", expect = Expect.FORBIDDEN, desc = "Drained early: the work was still inside.")
@Outcome(id = ".*, false", expect = Expect.FORBIDDEN, desc = "The drain was lost.")
@Outcome(expect = Expect.FORBIDDEN, desc = "The idle gate was not drained.")
public class EnterRacesCloseStress {

	private final DrainGate gate = new DrainGate();

	private @Nullable Permit permit;

	@Actor
	public void enter() {
		this.permit = this.gate.tryEnter("http", "GET /");
	}

	@Actor
	public void close() {
		this.gate.close();
	}

	@Arbiter
	public void outcome(ZZZ_Result result) {
		result.r1 = (this.permit != null);
		result.r2 = this.gate.drained().isDone();
		if (this.permit != null) {
			this.permit.close();
		}
		result.r3 = this.gate.drained().isDone();
	}

}
