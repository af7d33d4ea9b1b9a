package io.github.gracefulshutdown.autoconfigure.caller;

import java.io.IOException;
import java.io.InputStream;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.client.ClientHttpResponse;

/** A response without the marker, whose own headers may not be changed. */
final class UnmarkedResponse implements ClientHttpResponse {

	private final ClientHttpResponse delegate;

	private final HttpHeaders headers;

	UnmarkedResponse(ClientHttpResponse delegate) {
		this.delegate = delegate;
		this.headers = MarkerHeaders.copy(delegate.getHeaders());
		MarkerHeaders.remove(this.headers);
	}

	@Override
	public HttpHeaders getHeaders() {
		return this.headers;
	}

	@Override
	public HttpStatusCode getStatusCode() throws IOException {
		return this.delegate.getStatusCode();
	}

	@Override
	public String getStatusText() throws IOException {
		return this.delegate.getStatusText();
	}

	@Override
	public InputStream getBody() throws IOException {
		return this.delegate.getBody();
	}

	@Override
	public void close() {
		this.delegate.close();
	}

}
