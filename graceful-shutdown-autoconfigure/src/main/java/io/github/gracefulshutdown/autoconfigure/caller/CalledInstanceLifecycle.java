package io.github.gracefulshutdown.autoconfigure.caller;

import org.jspecify.annotations.Nullable;

import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.CompletionContext;
import org.springframework.cloud.client.loadbalancer.LoadBalancerLifecycle;
import org.springframework.cloud.client.loadbalancer.Request;
import org.springframework.cloud.client.loadbalancer.Response;

/** Tells a call which instance was chosen for it. */
final class CalledInstanceLifecycle implements LoadBalancerLifecycle<Object, Object, ServiceInstance> {

	@Override
	public void onStart(Request<Object> request) {
	}

	@Override
	public void onStartRequest(Request<Object> request, Response<ServiceInstance> chosen) {
		Call call = BalancedInstances.call(request);
		@Nullable ServiceInstance instance = chosen.getServer();
		if (call != null && instance != null) {
			call.goesTo(BalancedInstances.called(call.service(), instance));
		}
	}

	@Override
	public void onComplete(CompletionContext<Object, ServiceInstance, Object> completion) {
	}

}
