package io.github.gracefulshutdown.autoconfigure.caller;

import java.time.Duration;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import org.springframework.context.ApplicationContext;
import org.springframework.http.HttpEntity;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.ResponseEntity;
import org.springframework.web.client.HttpStatusCodeException;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.WebClient;

/** The clients that Spring Cloud LoadBalancer balances. */
enum BalancedClient {

	REST_TEMPLATE {

		@Override
		ResponseEntity<String> call(ApplicationContext context, HttpMethod method, String url, @Nullable String body) {
			HttpEntity<?> entity = (body != null) ? new HttpEntity<>(body) : HttpEntity.EMPTY;
			try {
				return context.getBean(RestTemplate.class).exchange(url, method, entity, String.class);
			}
			catch (HttpStatusCodeException ex) {
				return ResponseEntity.status(ex.getStatusCode())
					.headers(ex.getResponseHeaders())
					.body(ex.getResponseBodyAsString());
			}
		}

	},

	REST_CLIENT {

		@Override
		ResponseEntity<String> call(ApplicationContext context, HttpMethod method, String url, @Nullable String body) {
			RestClient.RequestBodySpec request = context.getBean(RestClient.Builder.class)
				.clone()
				.requestInterceptor((sent, bytes, execution) -> {
					sent.getHeaders().add(SIGNATURE, String.valueOf(sent.getURI().getPort()));
					return execution.execute(sent, bytes);
				})
				.build()
				.method(method)
				.uri(url);
			if (body != null) {
				request.body(body);
			}
			return request.retrieve().onStatus((status) -> true, (sent, response) -> {
			}).toEntity(String.class);
		}

	},

	WEB_CLIENT {

		@Override
		ResponseEntity<String> call(ApplicationContext context, HttpMethod method, String url, @Nullable String body) {
			WebClient.RequestBodySpec request = context.getBean(WebClient.Builder.class)
				.clone()
				.filter((sent,
						next) -> next.exchange(org.springframework.web.reactive.function.client.ClientRequest.from(sent)
							.header(SIGNATURE, String.valueOf(sent.url().getPort()))
							.build()))
				.build()
				.method(method)
				.uri(url);
			if (body != null) {
				request.bodyValue(body);
			}
			return Objects.requireNonNull(request.exchangeToMono((response) -> response.toEntity(String.class))
				.block(Duration.ofSeconds(20)));
		}

	};

	/** Name of a header that is added once the instance is chosen, and names its port. */
	static final String SIGNATURE = "X-Signature";

	abstract ResponseEntity<String> call(ApplicationContext context, HttpMethod method, String url,
			@Nullable String body);

	static String marker(HttpHeaders headers) {
		return headers.getFirst("Graceful-Shutdown") + " of " + headers.getFirst("Graceful-Shutdown-Instance");
	}

}
