package io.github.gracefulshutdown.autoconfigure.caller;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

import io.grpc.LoadBalancer;
import io.grpc.LoadBalancer.Helper;
import io.grpc.LoadBalancerProvider;
import io.grpc.LoadBalancerRegistry;
import io.grpc.NameResolver.ConfigOrError;

import org.springframework.beans.factory.DisposableBean;

/**
 * Has the policies of gRPC leave out the instances that leave, in all channels of the
 * application. Of two providers with one name gRPC takes that of the higher priority, so
 * that channels are left as they are configured.
 */
final class ServingBalancers implements DisposableBean {

	private static final List<String> POLICIES = List.of("pick_first", "round_robin");

	private final LoadBalancerRegistry registry = LoadBalancerRegistry.getDefaultRegistry();

	private final Set<ServingBalancer> balancers = ConcurrentHashMap.newKeySet();

	private final LeavingInstances leaving;

	private final List<LoadBalancerProvider> providers;

	ServingBalancers(LeavingInstances leaving) {
		this.leaving = leaving;
		this.providers = POLICIES.stream()
			.map(this.registry::getProvider)
			.filter(Objects::nonNull)
			.<LoadBalancerProvider>map(Provider::new)
			.toList();
		this.providers.forEach(this.registry::register);
	}

	/** Returns the instances that channels to the service know. */
	List<CalledInstance> instances(String service) {
		return of(service).flatMap((balancer) -> balancer.instances().stream()).toList();
	}

	/** Executes an action when what was marked before has taken its effect. */
	void execute(String service, Runnable action) {
		of(service).findFirst().ifPresentOrElse((balancer) -> balancer.execute(action), action);
	}

	private Stream<ServingBalancer> of(String service) {
		return this.balancers.stream().filter((balancer) -> balancer.service().equals(service));
	}

	@Override
	public void destroy() {
		this.providers.forEach(this.registry::deregister);
	}

	private final class Provider extends LoadBalancerProvider {

		private final LoadBalancerProvider delegate;

		Provider(LoadBalancerProvider delegate) {
			this.delegate = delegate;
		}

		@Override
		public boolean isAvailable() {
			return true;
		}

		@Override
		public int getPriority() {
			return this.delegate.getPriority() + 1;
		}

		@Override
		public String getPolicyName() {
			return this.delegate.getPolicyName();
		}

		@Override
		public ConfigOrError parseLoadBalancingPolicyConfig(Map<String, ?> config) {
			return this.delegate.parseLoadBalancingPolicyConfig(config);
		}

		@Override
		public LoadBalancer newLoadBalancer(Helper helper) {
			ServingBalancer balancer = new ServingBalancer(this.delegate.newLoadBalancer(helper), helper,
					ServingBalancers.this.leaving, ServingBalancers.this.balancers::remove);
			ServingBalancers.this.balancers.add(balancer);
			return balancer;
		}

	}

}
