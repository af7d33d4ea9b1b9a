package io.github.gracefulshutdown.benchmarks.stress;

import java.util.Objects;

import io.github.gracefulshutdown.DrainGate;
import io.github.gracefulshutdown.GateClosedException;
import io.github.gracefulshutdown.Permit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZZ_Result;

/** Work that the last work in flight begins, while that ends on another thread. */
@JCStressTest
@State
@Outcome(id = "false, true, true", expect = Expect.ACCEPTABLE, desc = "Refused, because the outer work had ended.")
@Outcome(id = "true, false, true", expect = Expect.ACCEPTABLE,
		desc = "Let in, not drained before its release, drained with it.")
@Outcome(id = "true, true, .*", expect = Expect.FORBIDDEN, desc = "Drained early: the inner work was still inside.")
@Outcome(expect = Expect.FORBIDDEN, desc = "The drain was lost.")
public class EnterFromWithinStress {

	private final DrainGate gate = new DrainGate();

	private final Permit outer = Objects.requireNonNull(this.gate.tryEnter("http", "POST /"));

	private @Nullable Permit inner;

	public EnterFromWithinStress() {
		this.gate.close();
	}

	@Actor
	public void enter() {
		this.outer.continueHere();
		try {
			this.inner = this.gate.enter("job", "mail");
		}
		catch (GateClosedException ex) {
			this.inner = null;
		}
	}

	@Actor
	public void release() {
		this.outer.close();
	}

	@Arbiter
	public void outcome(ZZZ_Result result) {
		result.r1 = (this.inner != null);
		result.r2 = this.gate.drained().isDone();
		if (this.inner != null) {
			this.inner.close();
		}
		result.r3 = this.gate.drained().isDone();
	}

}
