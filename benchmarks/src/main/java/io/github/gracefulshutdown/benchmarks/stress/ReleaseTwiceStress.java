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

/** A permit that two threads give back, while other work takes its place. */
@JCStressTest
@State
@Outcome(id = "2, false", expect = Expect.ACCEPTABLE, desc = "Counted once: the other work is still inside.")
@Outcome(id = "2, true", expect = Expect.FORBIDDEN, desc = "Drained early.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Counted twice: it has thrown out other work.")
public class ReleaseTwiceStress {

	private final DrainGate gate = new DrainGate();

	private final Permit permit = Objects.requireNonNull(this.gate.tryEnter("http", "GET /"));

	private final Permit other = Objects.requireNonNull(this.gate.tryEnter("http", "GET /other"));

	@Actor
	public void release() {
		this.permit.close();
	}

	@Actor
	public void releaseAndEnter() {
		this.permit.close();
		Objects.requireNonNull(this.gate.tryEnter("http", "GET /next"));
	}

	@Arbiter
	public void outcome(JZ_Result result) {
		this.permit.close();
		result.r1 = this.gate.inFlight();
		this.gate.close();
		result.r2 = this.gate.drained().isDone();
		this.other.close();
	}

}
