package io.github.gracefulshutdown.autoconfigure.caller;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for {@link RetryBudget}. */
class RetryBudgetTests {

	@Test
	void sparseCallsHaveAReserve() {
		assertThat(retries(new RetryBudget(0.2), 100)).isEqualTo(RetryBudget.RESERVE);
	}

	@ParameterizedTest
	@CsvSource({ "0.2, 2010", "0.001, 20", "1, 10000", "0, 0" })
	void whenEveryCallIsRefusedTheShareIsRetried(double share, int expected) {
		RetryBudget budget = new RetryBudget(share);
		int retried = 0;
		for (int call = 0; call < 10_000; call++) {
			budget.call();
			retried += budget.tryRetry() ? 1 : 0;
		}
		assertThat(retried).isEqualTo(expected);
	}

	@Test
	void whatIsLeftIsBounded() {
		RetryBudget budget = new RetryBudget(0.2);
		calls(budget, 1_000_000);
		assertThat(retries(budget, 1_000)).isEqualTo(RetryBudget.MOST);
	}

	@Test
	void theCountIsExactWithManyThreads() {
		RetryBudget budget = new RetryBudget(0.5);
		AtomicInteger retried = new AtomicInteger();
		IntStream.range(0, 4).parallel().forEach((thread) -> {
			for (int call = 0; call < 10_000; call++) {
				budget.call();
				retried.addAndGet(budget.tryRetry() ? 1 : 0);
			}
		});
		assertThat(retried.get() + retries(budget, 1_000)).isEqualTo(20_000 + RetryBudget.RESERVE);
	}

	private static void calls(RetryBudget budget, int calls) {
		for (int call = 0; call < calls; call++) {
			budget.call();
		}
	}

	private static int retries(RetryBudget budget, int attempts) {
		int retries = 0;
		for (int attempt = 0; attempt < attempts; attempt++) {
			retries += budget.tryRetry() ? 1 : 0;
		}
		return retries;
	}

}
