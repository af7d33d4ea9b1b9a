package io.github.gracefulshutdown.registry;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** Asks servers over HTTP. */
final class Http {

	private static final HttpClient CLIENT = HttpClient.newHttpClient();

	private Http() {
	}

	/**
	 * {@return the body of a successful answer, or an empty string}
	 */
	static String get(URI uri) {
		return get(uri, "*/*");
	}

	static String get(URI uri, String accept) {
		HttpResponse<String> response = send(HttpRequest.newBuilder(uri).header("Accept", accept));
		return (response.statusCode() == 200) ? response.body() : "";
	}

	static int status(URI uri) {
		return send(HttpRequest.newBuilder(uri)).statusCode();
	}

	private static HttpResponse<String> send(HttpRequest.Builder request) {
		try {
			return CLIENT.send(request.timeout(Duration.ofSeconds(10)).build(), BodyHandlers.ofString());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

}
