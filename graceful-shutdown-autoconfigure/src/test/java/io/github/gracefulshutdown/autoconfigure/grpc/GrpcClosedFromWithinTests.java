package io.github.gracefulshutdown.autoconfigure.grpc;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests that a call that closes the context is not waited for, and the others are. */
class GrpcClosedFromWithinTests {

	private final GrpcApplication application = GrpcApplication.start("graceful.shutdown.drain.timeout=40s",
			"graceful.shutdown.timeout=60s");

	@AfterEach
	void close() {
		EchoService.actions.remove("close");
		this.application.close();
	}

	@SuppressWarnings("FutureReturnValueIgnored") // there may be no answer
	@Test
	void theCallThatClosesIsNotWaitedForAndTheOthersAre() throws Exception {
		CountDownLatch closed = new CountDownLatch(1);
		EchoService.actions.put("close", () -> {
			this.application.context().close();
			closed.countDown();
		});
		CompletableFuture<String> inFlight = GrpcApplication.supplyAsync(() -> this.application.call("block-close"));
		this.application.awaitInFlight(1);
		GrpcApplication.supplyAsync(() -> this.application.call("close"));
		// In which a drain that does not wait for the other call would be over.
		assertThat(closed.await(1_200, TimeUnit.MILLISECONDS)).isFalse();
		EchoService.release("block-close");
		// Less than the drain has.
		assertThat(closed.await(30, TimeUnit.SECONDS)).isTrue();
		assertThat(inFlight.get(10, TimeUnit.SECONDS)).isEqualTo("block-close");
	}

}
