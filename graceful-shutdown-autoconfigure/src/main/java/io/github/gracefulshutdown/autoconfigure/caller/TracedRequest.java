package io.github.gracefulshutdown.autoconfigure.caller;

import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.HttpRequestLoadBalancerRequest;
import org.springframework.cloud.client.loadbalancer.LoadBalancerRequest;
import org.springframework.http.HttpRequest;

/** A request that tells its call which instance it goes to. */
final class TracedRequest<T> implements HttpRequestLoadBalancerRequest<T> {

	private final Call call;

	private final LoadBalancerRequest<T> delegate;

	TracedRequest(Call call, LoadBalancerRequest<T> delegate) {
		this.call = call;
		this.delegate = delegate;
	}

	@Override
	public T apply(ServiceInstance instance) throws Exception {
		this.call.goesTo(BalancedInstances.called(this.call.service(), instance));
		return this.delegate.apply(instance);
	}

	/** Is asked for when no instance has been chosen yet, and there is one then. */
	@Override
	public HttpRequest getHttpRequest() {
		if (this.delegate instanceof HttpRequestLoadBalancerRequest<T> http) {
			return http.getHttpRequest();
		}
		throw new IllegalStateException("Not a request over HTTP: " + this.delegate);
	}

}
