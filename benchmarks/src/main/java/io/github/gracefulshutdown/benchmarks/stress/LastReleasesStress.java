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

/** The last two releases, when the gate is closed. */
@JCStressTest
@State
@Outcome(id = "0, true", expect = Expect.ACCEPTABLE, desc = "Empty and drained.")
@Outcome(id = "0, false", expect = Expect.FORBIDDEN, desc = "Empty, but the drain was lost.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Work that has left is still counted.")
public class LastReleasesStress {

	private final DrainGate gate = new DrainGate();

	private final Permit first = Objects.requireNonNull(this.gate.tryEnter("http", "GET /first"));

	private final Permit second = Objects.requireNonNull(this.gate.tryEnter("http", "GET /second"));

	public LastReleasesStress() {
		this.gate.close();
	}

	@Actor
	public void releaseFirst() {
		this.first.close();
	}

	@Actor
	public void releaseSecond() {
		this.second.close();
	}

	@Arbiter
	public void outcome(JZ_Result result) {
		result.r1 = this.gate.inFlight();
		result.r2 = this.gate.drained().isDone();
	}

}
