package io.github.gracefulshutdown.sample.load;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.gracefulshutdown.sample.process.RecordedExecution;

/** What callers saw, compared with what all ledgers together remember. */
public final class LoadReport {

	private final List<Result> results;

	private final Map<String, List<RecordedExecution>> executions;

	public LoadReport(Collection<Result> results, Collection<RecordedExecution> executions) {
		this(List.copyOf(results), executions.stream().collect(Collectors.groupingBy(RecordedExecution::requestId)));
	}

	private LoadReport(List<Result> results, Map<String, List<RecordedExecution>> executions) {
		this.results = results;
		this.executions = executions;
	}

	LoadReport of(Kind kind) {
		return new LoadReport(this.results.stream().filter((result) -> result.call().kind() == kind).toList(),
				this.executions);
	}

	List<Result> results() {
		return this.results;
	}

	public long sent() {
		return this.results.size();
	}

	public long rejected() {
		return count(Outcome.Type.REJECTED);
	}

	/**
	 * {@return how many requests were neither answered nor rejected}
	 */
	public long failed() {
		return sent() - count(Outcome.Type.OK) - rejected();
	}

	public long executedTwice() {
		return count((result) -> executionsOf(result).anyMatch((executions) -> executions.size() > 1));
	}

	/**
	 * {@return how many requests were executed, at least in part, and not answered}
	 */
	public long executedInVain() {
		return count((result) -> result.outcome().type() != Outcome.Type.OK
				&& executionsOf(result).anyMatch((executions) -> !executions.isEmpty()));
	}

	/**
	 * {@return one sentence for everything that a caller has noticed, none if all is
	 * well}
	 */
	public List<String> problems() {
		List<String> problems = new ArrayList<>();
		Map<String, Long> losses = this.results.stream()
			.filter((result) -> result.outcome().type() != Outcome.Type.OK)
			.collect(Collectors.groupingBy((result) -> result.call().kind() + ": " + result.outcome().detail(),
					TreeMap::new, Collectors.counting()));
		losses.forEach((loss, count) -> problems.add("Lost %d x %s".formatted(count, loss)));
		if (executedTwice() > 0) {
			problems.add("Executed twice: %d requests".formatted(executedTwice()));
		}
		long unfinished = count((result) -> result.outcome().type() == Outcome.Type.OK && !isFinished(result));
		if (unfinished > 0) {
			problems.add("Answered, but not finished according to the ledgers: %d requests".formatted(unfinished));
		}
		return problems;
	}

	long count(Outcome.Type type) {
		return count((result) -> result.outcome().type() == type);
	}

	private long count(Predicate<Result> condition) {
		return this.results.stream().filter(condition).count();
	}

	private boolean isFinished(Result result) {
		return executionsOf(result).allMatch((executions) -> executions.stream().anyMatch(RecordedExecution::finished));
	}

	private Stream<List<RecordedExecution>> executionsOf(Result result) {
		return result.call().executions().stream().map((id) -> this.executions.getOrDefault(id, List.of()));
	}

	/**
	 * {@return a table of the outcomes and times of each kind of request}
	 */
	@Override
	public String toString() {
		return LoadTable.of(this);
	}

}
