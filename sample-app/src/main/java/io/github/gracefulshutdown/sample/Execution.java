package io.github.gracefulshutdown.sample;

import java.util.UUID;

/**
 * One execution of a request. A request that is executed twice has two.
 *
 * @param ledger the ledger that remembers it
 * @param id the id of the execution
 * @param requestId the id of the request
 */
record Execution(Ledger ledger, UUID id, String requestId) {

	void work(long ms) {
		try {
			Thread.sleep(ms);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted at work on " + this.requestId, ex);
		}
	}

	void finish() {
		this.ledger.finish(this);
	}

}
