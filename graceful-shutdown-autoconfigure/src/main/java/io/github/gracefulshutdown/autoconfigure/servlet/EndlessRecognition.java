package io.github.gracefulshutdown.autoconfigure.servlet;

import java.time.Duration;
import java.util.List;

import io.github.gracefulshutdown.Permit;
import io.github.gracefulshutdown.autoconfigure.EndlessResponses;
import io.github.gracefulshutdown.autoconfigure.EndlessWork;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.util.function.SingletonSupplier;

/** Recognises the responses that do not end by themselves, and has them ended. */
final class EndlessRecognition {

	private final SingletonSupplier<List<EndlessResponses>> responses;

	private final EndlessWork work;

	EndlessRecognition(ObjectProvider<EndlessResponses> responses, EndlessWork work) {
		this.responses = SingletonSupplier.of(() -> responses.stream().toList());
		this.work = work;
	}

	boolean isEndless(HttpServletRequest request, @Nullable String contentType) {
		String path = RequestPath.of(request);
		for (EndlessResponses endless : this.responses.obtain()) {
			if (endless.contains(path, contentType)) {
				return true;
			}
		}
		return false;
	}

	/** Returns what to run when the response has ended, see {@link EndlessWork#add}. */
	Runnable add(Permit permit, EndlessResponse response) {
		return this.work.add(permit, Duration.ZERO, response::end);
	}

}
