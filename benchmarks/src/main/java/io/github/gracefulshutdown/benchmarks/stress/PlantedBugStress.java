package io.github.gracefulshutdown.benchmarks.stress;

import java.util.concurrent.atomic.AtomicInteger;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * A gate with the bug that the others must not have: it looks whether it is closed and
 * counts then. The test of the tests, which has to fail: they are able to see it.
 */
@JCStressTest
@State
@Outcome(id = "false, true", expect = Expect.ACCEPTABLE, desc = "Refused, and the idle gate was drained.")
@Outcome(id = "true, false", expect = Expect.ACCEPTABLE, desc = "Let in, and not drained before its release.")
@Outcome(expect = Expect.FORBIDDEN, desc = "Drained early: the work was still inside.")
public class PlantedBugStress {

	private final AtomicInteger count = new AtomicInteger();

	private volatile boolean closed;

	private volatile boolean drained;

	private boolean entered;

	@Actor
	public void enter() {
		if (!this.closed) {
			this.count.incrementAndGet();
			this.entered = true;
		}
	}

	@Actor
	public void close() {
		this.closed = true;
		this.drained = (this.count.get() == 0);
	}

	@Arbiter
	public void outcome(ZZ_Result result) {
		result.r1 = this.entered;
		result.r2 = this.drained;
	}

}
