package io.github.gracefulshutdown.autoconfigure.grpc;

import java.time.Duration;
import java.util.List;

import io.github.gracefulshutdown.Permit;
import io.github.gracefulshutdown.autoconfigure.EndlessWork;
import org.jspecify.annotations.Nullable;

import org.springframework.util.AntPathMatcher;

/** The calls that do not end by themselves: which they are, and how they are ended. */
final class EndlessCalls {

	private final AntPathMatcher matcher = new AntPathMatcher();

	private final List<String> methods;

	private final EndlessWork work;

	private final @Nullable EndlessCallStatus endStatus;

	/**
	 * Creates the calls.
	 * @param methods patterns of full method names
	 * @param endStatus decides how they end, {@code null} to leave that to the call
	 */
	EndlessCalls(List<String> methods, EndlessWork work, @Nullable EndlessCallStatus endStatus) {
		this.methods = List.copyOf(methods);
		this.work = work;
		this.endStatus = endStatus;
	}

	boolean contains(String fullMethodName) {
		for (String method : this.methods) {
			if (this.matcher.match(method, fullMethodName)) {
				return true;
			}
		}
		return false;
	}

	@Nullable EndlessCallStatus endStatus() {
		return this.endStatus;
	}

	/**
	 * Adds a call, to be ended when the drain begins, if that is the policy.
	 * @return to be run when the call is over
	 */
	Runnable add(Permit permit, EndableCall<?, ?> call) {
		return this.work.add(permit, Duration.ZERO, call::end);
	}

}
