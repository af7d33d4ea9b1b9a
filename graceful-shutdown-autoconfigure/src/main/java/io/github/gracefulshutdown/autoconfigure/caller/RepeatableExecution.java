package io.github.gracefulshutdown.autoconfigure.caller;

import java.io.IOException;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpRequest;
import org.springframework.http.client.ClientHttpRequestExecution;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.http.client.support.HttpRequestWrapper;
import org.springframework.util.ReflectionUtils;

/**
 * An execution that goes through the same interceptors each time, with headers that those
 * of the times before have not changed.
 */
final class RepeatableExecution implements ClientHttpRequestExecution {

	// In Spring Framework 6 all executions of a request share one iterator, which the
	// first has at its end: the next would go without the interceptors. Once these are
	// taken out of it, the execution is what follows them. Framework 7 has no iterator.
	private static final String ITERATOR = "iterator";

	private final List<ClientHttpRequestInterceptor> interceptors;

	private final ClientHttpRequestExecution end;

	private RepeatableExecution(List<ClientHttpRequestInterceptor> interceptors, ClientHttpRequestExecution end) {
		this.interceptors = interceptors;
		this.end = end;
	}

	static ClientHttpRequestExecution of(ClientHttpRequestExecution execution) {
		List<ClientHttpRequestInterceptor> interceptors = new ArrayList<>();
		Field field = ReflectionUtils.findField(execution.getClass(), ITERATOR, Iterator.class);
		if (field != null) {
			ReflectionUtils.makeAccessible(field);
			if (ReflectionUtils.getField(field, execution) instanceof Iterator<?> iterator) {
				iterator.forEachRemaining((next) -> interceptors.add((ClientHttpRequestInterceptor) next));
			}
		}
		return new RepeatableExecution(interceptors, execution);
	}

	@Override
	public ClientHttpResponse execute(HttpRequest request, byte[] body) throws IOException {
		return from(0).execute(new OwnHeaders(request), body);
	}

	private ClientHttpRequestExecution from(int position) {
		if (position == this.interceptors.size()) {
			return this.end;
		}
		ClientHttpRequestInterceptor interceptor = this.interceptors.get(position);
		return (request, body) -> interceptor.intercept(request, body, from(position + 1));
	}

	private static final class OwnHeaders extends HttpRequestWrapper {

		private final HttpHeaders headers;

		OwnHeaders(HttpRequest request) {
			super(request);
			this.headers = MarkerHeaders.copy(request.getHeaders());
		}

		@Override
		public HttpHeaders getHeaders() {
			return this.headers;
		}

	}

}
