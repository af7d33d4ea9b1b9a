package io.github.gracefulshutdown.autoconfigure.registry;

import org.springframework.cloud.client.serviceregistry.Registration;
import org.springframework.cloud.client.serviceregistry.ServiceRegistry;

/** Removes the entry from a registry of which no more is known than its interface. */
final class UnknownRegistryAdapter implements RegistryAdapter {

	@Override
	public boolean supports(ServiceRegistry<?> registry) {
		return true;
	}

	@Override
	public boolean isRegistering() {
		return true;
	}

	@Override
	public void withdraw(ServiceRegistry<Registration> registry, Registration registration) {
		registry.deregister(registration);
	}

}
