package io.github.gracefulshutdown.autoconfigure.actuate;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

import io.github.gracefulshutdown.autoconfigure.ShutdownSequence;
import io.github.gracefulshutdown.autoconfigure.ShutdownStatus;
import io.github.gracefulshutdown.autoconfigure.TimeSource;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.WebEndpoint;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.util.MimeType;

/**
 * Endpoint that shows where the instance stands, drains it, and has it serve again.
 * <p>
 * {@code POST} begins a drain, unless there is one, and answers at once with 202. With
 * the parameter {@code wait}, a duration in seconds unless it has a suffix, it answers
 * with 200 when the drain has ended, with 202 when the wait is over before, or with 409
 * when the drain is undone meanwhile. Answers are the status that {@code GET} shows, or a
 * problem document.
 */
@WebEndpoint(id = DrainEndpoint.ID)
final class DrainEndpoint {

	static final String ID = "drain";

	private static final int ACCEPTED = 202;

	private static final int CONFLICT = 409;

	private static final Duration MAX_WAIT = Duration.ofDays(1);

	private static final MimeType PROBLEM = MimeType.valueOf("application/problem+json");

	private final ShutdownSequence sequence;

	private final TimeSource time;

	private final QueryParameters queryParameters;

	DrainEndpoint(ShutdownSequence sequence, TimeSource time, QueryParameters queryParameters) {
		this.sequence = sequence;
		this.time = time;
		this.queryParameters = queryParameters;
	}

	@ReadOperation
	ShutdownStatus status() {
		return this.sequence.status();
	}

	/**
	 * Serves what {@code curl -X POST} sends. An operation with parameters is mapped for
	 * JSON alone, and would answer it with 415.
	 */
	@WriteOperation
	WebEndpointResponse<?> drain() throws InterruptedException, ExecutionException {
		return drain(this.queryParameters.get("wait"));
	}

	@WriteOperation
	WebEndpointResponse<?> drain(@Nullable String wait) throws InterruptedException, ExecutionException {
		return begin(wait).get();
	}

	/** Begins a drain and returns at once, with the answer when there is one. */
	@SuppressWarnings("FutureReturnValueIgnored") // completes the future that is returned
	CompletableFuture<WebEndpointResponse<?>> begin(@Nullable String wait) {
		@Nullable Duration limit = (wait != null) ? parse(wait) : Duration.ZERO;
		if (limit == null) {
			return CompletableFuture.completedFuture(problem("Bad Request", WebEndpointResponse.STATUS_BAD_REQUEST,
					"'wait' is '%s'. Use a duration from 0s to 1d, such as 500ms or 20s.".formatted(wait)));
		}
		CompletableFuture<Boolean> answered = this.sequence.drain().thenApply((outcome) -> wait != null);
		// Not by the future's own timeout, whose thread would keep a WAR's class loader.
		this.time.in(limit).thenRun(() -> answered.complete(false));
		return answered.handle(this::answer);
	}

	private WebEndpointResponse<?> answer(@Nullable Boolean ended, @Nullable Throwable failure) {
		if (ended != null) {
			return new WebEndpointResponse<>(this.sequence.status(), ended ? WebEndpointResponse.STATUS_OK : ACCEPTED);
		}
		Throwable cause = (failure instanceof CompletionException) ? failure.getCause() : failure;
		if (cause instanceof CancellationException) {
			return problem("Conflict", CONFLICT, "The drain was undone: this instance serves again.");
		}
		throw new IllegalStateException(cause);
	}

	private static @Nullable Duration parse(String wait) {
		try {
			Duration parsed = DurationStyle.detectAndParse(wait, ChronoUnit.SECONDS);
			return (parsed.isNegative() || parsed.compareTo(MAX_WAIT) > 0) ? null : parsed;
		}
		catch (IllegalArgumentException ex) {
			return null;
		}
	}

	@DeleteOperation
	WebEndpointResponse<?> resume() {
		if (!this.sequence.resume()) {
			return problem("Conflict", CONFLICT, "The application context closes: this cannot be undone.");
		}
		return new WebEndpointResponse<>(this.sequence.status());
	}

	private static WebEndpointResponse<Problem> problem(String title, int status, String detail) {
		return new WebEndpointResponse<>(new Problem("about:blank", title, status, detail), status, PROBLEM);
	}

	/** Problem document (RFC 9457). */
	record Problem(String type, String title, int status, String detail) {
	}

}
