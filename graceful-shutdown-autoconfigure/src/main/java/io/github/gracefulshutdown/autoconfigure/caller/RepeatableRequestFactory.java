package io.github.gracefulshutdown.autoconfigure.caller;

import org.springframework.cloud.client.loadbalancer.LoadBalancerClient;
import org.springframework.cloud.client.loadbalancer.LoadBalancerRequest;
import org.springframework.cloud.client.loadbalancer.LoadBalancerRequestFactory;
import org.springframework.http.HttpRequest;
import org.springframework.http.client.ClientHttpRequestExecution;
import org.springframework.http.client.ClientHttpResponse;

/** Makes requests that can be sent again. */
final class RepeatableRequestFactory extends LoadBalancerRequestFactory {

	private final LoadBalancerRequestFactory delegate;

	RepeatableRequestFactory(LoadBalancerRequestFactory delegate, LoadBalancerClient client) {
		super(client);
		this.delegate = delegate;
	}

	@Override
	public LoadBalancerRequest<ClientHttpResponse> createRequest(HttpRequest request, byte[] body,
			ClientHttpRequestExecution execution) {
		return this.delegate.createRequest(request, body, RepeatableExecution.of(execution));
	}

}
