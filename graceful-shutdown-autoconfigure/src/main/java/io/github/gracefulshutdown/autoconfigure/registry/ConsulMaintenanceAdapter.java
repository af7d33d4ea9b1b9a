package io.github.gracefulshutdown.autoconfigure.registry;

import org.springframework.cloud.client.serviceregistry.Registration;
import org.springframework.cloud.client.serviceregistry.ServiceRegistry;
import org.springframework.core.env.Environment;

/**
 * Puts the entry in Consul into maintenance mode: callers that ask for what passes its
 * checks do not get it, and whoever watches Consul sees an instance that leaves.
 */
final class ConsulMaintenanceAdapter extends DeregisteringAdapter {

	ConsulMaintenanceAdapter(Environment environment) {
		super(RegistryKind.CONSUL, environment);
	}

	@Override
	public void withdraw(ServiceRegistry<Registration> registry, Registration registration) {
		registry.setStatus(registration, "OUT_OF_SERVICE");
	}

	@Override
	public void restore(ServiceRegistry<Registration> registry, Registration registration) {
		registry.setStatus(registration, "UP");
	}

}
