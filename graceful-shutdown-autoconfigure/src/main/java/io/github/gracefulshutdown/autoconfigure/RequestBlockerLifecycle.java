package io.github.gracefulshutdown.autoconfigure;

import java.util.concurrent.CompletableFuture;

import io.github.gracefulshutdown.DrainGate;
import io.github.gracefulshutdown.Stage;

import org.springframework.context.SmartLifecycle;

/** Closes the gate: from now on new requests are refused. */
final class RequestBlockerLifecycle extends AbstractStepLifecycle {

	static final int PHASE = SmartLifecycle.DEFAULT_PHASE - 2;

	private final DrainGate gate;

	private final Readiness readiness;

	RequestBlockerLifecycle(ShutdownState state, TimeSource time, DrainGate gate, Readiness readiness) {
		super("blocker", PHASE, state, time);
		this.gate = gate;
		this.readiness = readiness;
	}

	@Override
	CompletableFuture<String> perform(Drain drain) {
		return state().lastCall()
			.thenCompose((told) -> drain.isCancelled() ? CompletableFuture.completedFuture("undone") : block());
	}

	private CompletableFuture<String> block() {
		this.gate.close();
		this.readiness.block();
		String found = "%d in flight".formatted(this.gate.inFlight());
		return state().enter(Stage.BLOCKING).thenApply((told) -> found);
	}

	@Override
	void undo() {
		if (state().stage() != Stage.LAME_DUCK) { // else undone before it was done
			this.gate.reopen();
			state().enter(Stage.LAME_DUCK).join();
		}
	}

}
