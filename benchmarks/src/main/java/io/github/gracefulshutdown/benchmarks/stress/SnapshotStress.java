package io.github.gracefulshutdown.benchmarks.stress;

import java.util.Objects;
import java.util.Set;

import io.github.gracefulshutdown.DrainGate;
import io.github.gracefulshutdown.WorkInFlight;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.Z_Result;

/** What is inside is looked at while one piece of work takes the place of another. */
@JCStressTest
@State
@Outcome(id = "true", expect = Expect.ACCEPTABLE, desc = "Whatever was seen was there.")
@Outcome(id = "false", expect = Expect.FORBIDDEN, desc = "Kind and description of different pieces of work.")
public class SnapshotStress {

	private static final int TIMES = 20;

	private static final Set<String> WORK = Set.of("http GET /", "grpc Echo/Say");

	private final DrainGate gate = new DrainGate();

	@Actor
	public void work() {
		for (int i = 0; i < TIMES; i++) {
			enterAndRelease("http", "GET /");
			enterAndRelease("grpc", "Echo/Say");
		}
	}

	private void enterAndRelease(String kind, String description) {
		Objects.requireNonNull(this.gate.tryEnter(kind, description)).close();
	}

	@Actor
	public void look(Z_Result result) {
		boolean there = true;
		for (int i = 0; i < TIMES; i++) {
			for (WorkInFlight work : this.gate.workInFlight()) {
				there &= WORK.contains(work.kind() + " " + work.description());
			}
		}
		result.r1 = there;
	}

}
