package io.github.gracefulshutdown.autoconfigure.caller;

import java.io.IOException;
import java.net.URI;
import java.util.Map;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.DefaultRequest;
import org.springframework.cloud.client.loadbalancer.HttpRequestLoadBalancerRequest;
import org.springframework.cloud.client.loadbalancer.LoadBalancerClient;
import org.springframework.cloud.client.loadbalancer.LoadBalancerRequest;
import org.springframework.cloud.client.loadbalancer.LoadBalancerRequestAdapter;
import org.springframework.cloud.client.loadbalancer.Request;
import org.springframework.cloud.client.loadbalancer.RequestData;
import org.springframework.cloud.client.loadbalancer.RequestDataContext;
import org.springframework.cloud.client.loadbalancer.RetryableRequestContext;
import org.springframework.cloud.client.loadbalancer.reactive.ReactiveLoadBalancer;
import org.springframework.http.HttpMethod;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;

/**
 * Sends a blocking call to another instance if it was not executed, and takes the marker
 * off its response. A call for which the application has chosen the instance itself goes
 * to no other.
 */
final class RetryingLoadBalancerClient implements LoadBalancerClient {

	private final LoadBalancerClient delegate;

	private final ReactiveLoadBalancer.Factory<ServiceInstance> clients;

	private final Calls calls;

	RetryingLoadBalancerClient(LoadBalancerClient delegate, ReactiveLoadBalancer.Factory<ServiceInstance> clients,
			Calls calls) {
		this.delegate = delegate;
		this.clients = clients;
		this.calls = calls;
	}

	@Override
	public <T> T execute(String service, LoadBalancerRequest<T> request) throws IOException {
		if (request instanceof HttpRequestLoadBalancerRequest<T> http && http.getHttpRequest() != null) {
			RequestData data = new RequestData(http.getHttpRequest());
			return execute(service, null, request, new RequestDataContext(data, hint(service)));
		}
		return this.delegate.execute(service, request);
	}

	@Override
	public <T> T execute(String service, ServiceInstance instance, LoadBalancerRequest<T> request) throws IOException {
		if (request instanceof LoadBalancerRequestAdapter<?, ?> adapter
				&& adapter.getContext() instanceof RetryableRequestContext context) { // chosen
																						// by
																						// Spring
																						// Cloud
			return execute(service, instance, request, context);
		}
		Call call = this.calls.begin(service);
		T answer = this.delegate.execute(service, instance, new TracedRequest<>(call, request));
		if (answer instanceof ClientHttpResponse response) {
			call.isRefusedBy(notice(response, null));
		}
		return unmarked(answer);
	}

	private <T> T execute(String service, @Nullable ServiceInstance first, LoadBalancerRequest<T> request,
			RequestDataContext context) throws IOException {
		Call call = this.calls.begin(service);
		HttpMethod method = Objects.requireNonNull(context.getClientRequest()).getHttpMethod();
		@Nullable ServiceInstance instance = first;
		while (true) {
			T answer;
			try {
				answer = send(service, instance, new TracedRequest<>(call, request), context);
			}
			catch (IOException | RuntimeException ex) {
				instance = call.isRefusedBy(ex) ? another(call, context) : null;
				if (instance == null) {
					throw ex;
				}
				continue;
			}
			if (!(answer instanceof ClientHttpResponse response) || !call.isRefusedBy(notice(response, method))) {
				return unmarked(answer);
			}
			instance = another(call, context);
			if (instance == null) {
				return unmarked(answer);
			}
			response.close();
		}
	}

	private <T> T send(String service, @Nullable ServiceInstance instance, TracedRequest<T> request,
			RequestDataContext context) throws IOException {
		if (instance == null) {
			return this.delegate.execute(service, request);
		}
		return this.delegate.execute(service, instance, new LoadBalancerRequestAdapter<>(request, context));
	}

	/** Returns where the call goes next, or {@code null} if it goes nowhere else. */
	private @Nullable ServiceInstance another(Call call, RequestDataContext context) {
		RequestData request = Objects.requireNonNull(context.getClientRequest());
		@Nullable MultiValueMap<String, String> cookies = request.getCookies();
		RequestData traced = new RequestData(request.getHttpMethod(), request.getUrl(), request.getHeaders(),
				(cookies != null) ? cookies : new LinkedMultiValueMap<>(), Map.of(BalancedInstances.CALL, call));
		ServiceInstance chosen = this.delegate.choose(call.service(),
				new DefaultRequest<>(new RequestDataContext(traced, context.getHint())));
		boolean another = chosen != null && !call.hasTried(BalancedInstances.called(call.service(), chosen));
		return call.retries(another) ? chosen : null;
	}

	private static @Nullable Notice notice(ClientHttpResponse response, @Nullable HttpMethod method)
			throws IOException {
		try {
			return MarkerHeaders.notice(response.getHeaders(), response.getStatusCode().value(), method);
		}
		catch (IOException ex) { // some clients wait for the answer only now
			response.close();
			throw ex;
		}
	}

	@SuppressWarnings("unchecked") // the response of whoever asks for one
	private static <T> T unmarked(T answer) {
		return (answer instanceof ClientHttpResponse response && MarkerHeaders.areIn(response.getHeaders()))
				? (T) new UnmarkedResponse(response) : answer;
	}

	/** As the client of Spring Cloud finds it. */
	private String hint(String service) {
		Map<String, String> hints = this.clients.getProperties(service).getHint();
		return hints.getOrDefault(service, hints.getOrDefault("default", "default"));
	}

	@Override
	public URI reconstructURI(ServiceInstance instance, URI original) {
		return this.delegate.reconstructURI(instance, original);
	}

	@Override
	public ServiceInstance choose(String service) {
		return this.delegate.choose(service);
	}

	@Override
	public <T> ServiceInstance choose(String service, Request<T> request) {
		return this.delegate.choose(service, request);
	}

}
