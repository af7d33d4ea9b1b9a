package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/**
 * How the withdrawal of one announcement ended.
 *
 * @param name the name of the announcement
 * @param took the time it took, with all attempts
 * @param succeeded whether it was withdrawn
 */
record Withdrawal(String name, Duration took, boolean succeeded) {

	static String summaryOf(List<Withdrawal> all) {
		List<Withdrawal> succeeded = all.stream().filter(Withdrawal::succeeded).toList();
		String summary = "withdrew %d of %d announcements %s".formatted(succeeded.size(), all.size(), list(succeeded));
		if (succeeded.size() == all.size()) {
			return summary;
		}
		return summary + ", failed " + list(all.stream().filter((withdrawal) -> !withdrawal.succeeded()).toList());
	}

	private static String list(List<Withdrawal> withdrawals) {
		return withdrawals.stream()
			.map((withdrawal) -> "%s (%d ms)".formatted(withdrawal.name(), withdrawal.took().toMillis()))
			.collect(Collectors.joining(", ", "[", "]"));
	}

}
