package io.github.gracefulshutdown.autoconfigure.caller;

import java.util.List;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.Request;
import org.springframework.cloud.client.loadbalancer.RetryableRequestContext;
import org.springframework.cloud.loadbalancer.core.DelegatingServiceInstanceListSupplier;
import org.springframework.cloud.loadbalancer.core.RequestBasedStickySessionServiceInstanceListSupplier;
import org.springframework.cloud.loadbalancer.core.SameInstancePreferenceServiceInstanceListSupplier;
import org.springframework.cloud.loadbalancer.core.ServiceInstanceListSupplier;

/**
 * Leaves out the instances that leave, and those that a call has tried. It stands outside
 * of every other supplier, caches included. One that prefers the instance of the last
 * time gives way when that one leaves.
 */
final class ServingInstancesSupplier extends DelegatingServiceInstanceListSupplier {

	private final String service;

	private final Calls calls;

	private final ServiceInstanceListSupplier impartial;

	ServingInstancesSupplier(ServiceInstanceListSupplier delegate, String service, Calls calls) {
		super(delegate);
		this.service = service;
		this.calls = calls;
		this.impartial = impartial(delegate);
	}

	private static ServiceInstanceListSupplier impartial(ServiceInstanceListSupplier supplier) {
		boolean prefers = supplier instanceof SameInstancePreferenceServiceInstanceListSupplier
				|| supplier instanceof RequestBasedStickySessionServiceInstanceListSupplier;
		return prefers ? impartial(((DelegatingServiceInstanceListSupplier) supplier).getDelegate()) : supplier;
	}

	@Override
	public Flux<List<ServiceInstance>> get() {
		return serving(null, false, ServiceInstanceListSupplier::get);
	}

	@Override
	@SuppressWarnings("rawtypes")
	public Flux<List<ServiceInstance>> get(Request request) {
		boolean retry = request.getContext() instanceof RetryableRequestContext context
				&& context.getPreviousServiceInstance() != null;
		return serving(BalancedInstances.call(request), retry, (supplier) -> supplier.get(request));
	}

	private Flux<List<ServiceInstance>> serving(@Nullable Call call, boolean retry,
			Function<ServiceInstanceListSupplier, Flux<List<ServiceInstance>>> lists) {
		if (this.impartial == this.delegate) {
			return lists.apply(this.delegate).map((instances) -> serving(instances, instances, call, retry));
		}
		return lists.apply(this.impartial)
			.concatMap((
					all) -> lists.apply(this.delegate).next().map((preferred) -> serving(preferred, all, call, retry)));
	}

	private List<ServiceInstance> serving(List<ServiceInstance> preferred, List<ServiceInstance> all,
			@Nullable Call call, boolean retry) {
		if (call != null) {
			call.isOffered(() -> BalancedInstances.called(this.service, all));
		}
		LeavingInstances leaving = this.calls.leaving();
		boolean tried = call != null && call.hasTriedAny();
		if (leaving.isEmpty() && !tried) {
			return preferred;
		}
		if (!tried && !retry) {
			leaving.retain(this.service, BalancedInstances.called(this.service, all));
		}
		boolean serves = preferred.stream().anyMatch((instance) -> serves(instance, call));
		return leaving.select(serves ? preferred : all, this::called, (one) -> call != null && call.hasTried(one));
	}

	private boolean serves(ServiceInstance instance, @Nullable Call call) {
		CalledInstance called = called(instance);
		return this.calls.leaving().find(called) == null && (call == null || !call.hasTried(called));
	}

	private CalledInstance called(ServiceInstance instance) {
		return BalancedInstances.called(this.service, instance);
	}

}
