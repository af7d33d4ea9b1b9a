package io.github.gracefulshutdown.autoconfigure.caller;

import java.util.List;
import java.util.Map;

import io.github.gracefulshutdown.autoconfigure.InstanceId;
import org.jspecify.annotations.Nullable;

import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.Request;
import org.springframework.cloud.client.loadbalancer.RequestDataContext;

/** What Spring Cloud LoadBalancer tells of instances, and of the call it is asked for. */
final class BalancedInstances {

	/** Name of the attribute of a request that has its {@link Call}. */
	static final String CALL = Call.class.getName();

	private BalancedInstances() {
	}

	static CalledInstance called(String service, ServiceInstance instance) {
		@Nullable Map<String, String> metadata = instance.getMetadata();
		String id = (metadata != null) ? metadata.get(InstanceId.METADATA_NAME) : null;
		return new CalledInstance(service, instance.getHost() + ":" + instance.getPort(), id);
	}

	static List<CalledInstance> called(String service, List<ServiceInstance> instances) {
		return instances.stream().map((instance) -> called(service, instance)).toList();
	}

	/** Returns the call that an instance is chosen for, if it is one of ours. */
	static @Nullable Call call(Request<?> request) {
		if (request.getContext() instanceof RequestDataContext context && context.getClientRequest() != null) {
			@Nullable Map<String, Object> attributes = context.getClientRequest().getAttributes();
			return (attributes != null && attributes.get(CALL) instanceof Call call) ? call : null;
		}
		return null;
	}

}
