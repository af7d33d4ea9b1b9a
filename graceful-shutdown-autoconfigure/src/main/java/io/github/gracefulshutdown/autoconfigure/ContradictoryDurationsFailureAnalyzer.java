package io.github.gracefulshutdown.autoconfigure;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Explains a {@link ContradictoryDurationsException}. */
final class ContradictoryDurationsFailureAnalyzer extends AbstractFailureAnalyzer<ContradictoryDurationsException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, ContradictoryDurationsException cause) {
		return new FailureAnalysis(cause.getMessage() + ".", cause.getAction(), cause);
	}

}
