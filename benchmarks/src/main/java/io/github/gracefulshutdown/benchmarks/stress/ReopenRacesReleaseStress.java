package io.github.gracefulshutdown.benchmarks.stress;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;

import io.github.gracefulshutdown.DrainGate;
import io.github.gracefulshutdown.Permit;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** A permit of an earlier cycle that is released while the gate reopens and closes. */
@JCStressTest
@State
@Outcome(id = "false, true", expect = Expect.ACCEPTABLE,
		desc = "The first drain was undone, the second came to its end.")
@Outcome(id = "true, true", expect = Expect.ACCEPTABLE,
		desc = "The first drain came to its end before it was undone, the second as well.")
@Outcome(expect = Expect.FORBIDDEN, desc = "The second drain was lost.")
public class ReopenRacesReleaseStress {

	private final DrainGate gate = new DrainGate();

	private final Permit permit = Objects.requireNonNull(this.gate.tryEnter("http", "GET /"));

	private final CompletableFuture<Void> firstDrain;

	public ReopenRacesReleaseStress() {
		this.gate.close();
		this.firstDrain = this.gate.drained();
	}

	@Actor
	public void reopenAndClose() {
		this.gate.reopen();
		this.gate.close();
	}

	@Actor
	public void release() {
		this.permit.close();
	}

	@Arbiter
	public void outcome(ZZ_Result result) {
		result.r1 = this.firstDrain.isDone() && !this.firstDrain.isCompletedExceptionally();
		result.r2 = this.gate.drained().isDone();
	}

}
