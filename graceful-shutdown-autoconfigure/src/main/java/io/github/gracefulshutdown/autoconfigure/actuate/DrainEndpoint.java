package io.github.gracefulshutdown.autoconfigure.actuate;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.github.gracefulshutdown.Outcome;
import io.github.gracefulshutdown.autoconfigure.ShutdownSequence;
import io.github.gracefulshutdown.autoconfigure.ShutdownStatus;
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
 * {@code POST} answers with 202 while the drain is under way and with 200 when it has
 * ended; with the parameter {@code wait}, a duration in seconds unless it has a suffix,
 * it answers when the drain has ended or the wait is over. It can be repeated. Both
 * {@code POST} and {@code DELETE} answer with the status that {@code GET} shows.
 */
@WebEndpoint(id = "drain")
final class DrainEndpoint {

	private static final int ACCEPTED = 202;

	private static final int CONFLICT = 409;

	private static final MimeType PROBLEM = MimeType.valueOf("application/problem+json");

	private final ShutdownSequence sequence;

	DrainEndpoint(ShutdownSequence sequence) {
		this.sequence = sequence;
	}

	@ReadOperation
	ShutdownStatus status() {
		return this.sequence.status();
	}

	@WriteOperation
	WebEndpointResponse<?> drain(@Nullable String wait) throws InterruptedException {
		Duration limit = parse(wait);
		if (limit == null) {
			return problem("Bad Request", WebEndpointResponse.STATUS_BAD_REQUEST,
					"'wait' is '%s'. Use a duration that is not negative, such as 500ms or 20s.".formatted(wait));
		}
		CompletableFuture<Outcome> drained = this.sequence.drain();
		await(drained, limit);
		return new WebEndpointResponse<>(this.sequence.status(),
				drained.isDone() ? WebEndpointResponse.STATUS_OK : ACCEPTED);
	}

	private static @Nullable Duration parse(@Nullable String wait) {
		if (wait == null) {
			return Duration.ZERO;
		}
		try {
			Duration parsed = DurationStyle.detectAndParse(wait, ChronoUnit.SECONDS);
			return parsed.isNegative() ? null : parsed;
		}
		catch (IllegalArgumentException ex) {
			return null;
		}
	}

	private static void await(CompletableFuture<Outcome> drained, Duration limit) throws InterruptedException {
		try {
			drained.get(limit.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (TimeoutException ex) {
			// The wait is over: the status tells how far the drain is.
		}
		catch (ExecutionException ex) {
			throw new IllegalStateException(ex);
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
