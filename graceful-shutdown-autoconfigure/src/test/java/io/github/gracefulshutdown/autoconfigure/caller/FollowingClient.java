package io.github.gracefulshutdown.autoconfigure.caller;

import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.time.Duration;

import org.jspecify.annotations.Nullable;

import org.springframework.context.ApplicationContext;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.http.client.HttpComponentsClientHttpRequestFactory;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import org.springframework.web.client.RestClient;
import org.springframework.web.reactive.function.client.WebClient;

/** Balanced clients that follow redirects by themselves. */
enum FollowingClient {

	JDK {

		@Override
		@Nullable String post(ApplicationContext context, String url, String body) {
			HttpClient client = HttpClient.newBuilder().followRedirects(Redirect.NORMAL).build();
			return blocking(context, new JdkClientHttpRequestFactory(client), url, body);
		}

	},

	APACHE {

		@Override
		@Nullable String post(ApplicationContext context, String url, String body) {
			return blocking(context, new HttpComponentsClientHttpRequestFactory(), url, body);
		}

	},

	REACTOR_NETTY {

		@Override
		@Nullable String post(ApplicationContext context, String url, String body) {
			reactor.netty.http.client.HttpClient client = reactor.netty.http.client.HttpClient.create()
				.followRedirect(true);
			return context.getBean(WebClient.Builder.class)
				.clone()
				.clientConnector(new ReactorClientHttpConnector(client))
				.build()
				.post()
				.uri(url)
				.bodyValue(body)
				.retrieve()
				.bodyToMono(String.class)
				.block(Duration.ofSeconds(20));
		}

	};

	abstract @Nullable String post(ApplicationContext context, String url, String body);

	private static @Nullable String blocking(ApplicationContext context, ClientHttpRequestFactory requests, String url,
			String body) {
		return context.getBean(RestClient.Builder.class)
			.clone()
			.requestFactory(requests)
			.build()
			.post()
			.uri(url)
			.body(body)
			.retrieve()
			.body(String.class);
	}

}
