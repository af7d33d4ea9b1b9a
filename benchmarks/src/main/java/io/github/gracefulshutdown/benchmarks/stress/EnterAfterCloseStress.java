package io.github.gracefulshutdown.benchmarks.stress;

import io.github.gracefulshutdown.DrainGate;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** Work that comes when another thread is known to have closed the gate. */
@JCStressTest
@State
@Outcome(id = "false, true", expect = Expect.ACCEPTABLE, desc = "Let in before the close had returned.")
@Outcome(id = "false, false", expect = Expect.ACCEPTABLE, desc = "Refused while the gate was being closed.")
@Outcome(id = "true, false", expect = Expect.ACCEPTABLE, desc = "Refused after the close had returned.")
@Outcome(id = "true, true", expect = Expect.FORBIDDEN, desc = "A permit was issued after the close had returned.")
public class EnterAfterCloseStress {

	private final DrainGate gate = new DrainGate();

	private volatile boolean closeReturned;

	@Actor
	public void close() {
		this.gate.close();
		this.closeReturned = true;
	}

	@Actor
	public void enter(ZZ_Result result) {
		result.r1 = this.closeReturned;
		result.r2 = (this.gate.tryEnter("http", "GET /") != null);
	}

}
