package io.github.gracefulshutdown.autoconfigure.registry;

import java.util.Map;

import com.netflix.appinfo.ApplicationInfoManager;
import com.netflix.discovery.EurekaClient;
import io.github.gracefulshutdown.autoconfigure.InstanceId;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.cloud.client.serviceregistry.Registration;
import org.springframework.cloud.client.serviceregistry.ServiceRegistry;
import org.springframework.core.env.Environment;

/**
 * Overrides the status in Eureka. A plain deregistration only changes the status that the
 * client sends some time later, if at all, and that the health check changes back. The
 * override is set while the caller waits, and what the client sends does not change it.
 * The client removes the entry, and the override with it, when the context has closed.
 */
final class EurekaAdapter extends DeregisteringAdapter {

	private final EurekaDeparture departure;

	private final ObjectProvider<EurekaClient> client;

	EurekaAdapter(Environment environment, EurekaDeparture departure, ObjectProvider<EurekaClient> client) {
		super(RegistryKind.EUREKA, environment);
		this.departure = departure;
		this.client = client;
	}

	@Override
	public void withdraw(ServiceRegistry<Registration> registry, Registration registration) {
		this.departure.setLeaving(true);
		registry.setStatus(registration, "OUT_OF_SERVICE");
	}

	/**
	 * Without the override the server knows no status until the client registers again,
	 * with what its health is then.
	 */
	@Override
	public void restore(ServiceRegistry<Registration> registry, Registration registration) {
		this.departure.setLeaving(false);
		try {
			registry.setStatus(registration, "CANCEL_OVERRIDE");
		}
		finally {
			this.client.ifAvailable((client) -> {
				client.getApplicationInfoManager().getInfo().setIsDirty();
				// Registers now.
				client.registerHealthCheck(client.getHealthCheckHandler());
			});
		}
	}

	/** The client has made its own copy of the metadata. */
	@Override
	public void identify(Registration registration, String id) {
		super.identify(registration, id);
		this.client.ifAvailable((client) -> {
			ApplicationInfoManager manager = client.getApplicationInfoManager();
			if (manager.getInfo().getMetadata().containsKey(InstanceId.METADATA_NAME)) {
				manager.registerAppMetadata(Map.of(InstanceId.METADATA_NAME, id));
			}
		});
	}

}
