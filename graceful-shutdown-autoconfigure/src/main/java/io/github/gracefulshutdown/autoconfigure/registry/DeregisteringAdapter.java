package io.github.gracefulshutdown.autoconfigure.registry;

import org.springframework.cloud.client.serviceregistry.Registration;
import org.springframework.cloud.client.serviceregistry.ServiceRegistry;
import org.springframework.core.env.Environment;

/** Removes the entry, which for most registries takes it out at once and for good. */
class DeregisteringAdapter implements RegistryAdapter {

	private final RegistryKind kind;

	private final Environment environment;

	DeregisteringAdapter(RegistryKind kind, Environment environment) {
		this.kind = kind;
		this.environment = environment;
	}

	@Override
	public boolean supports(ServiceRegistry<?> registry) {
		return this.kind.matches(registry);
	}

	@Override
	public boolean isRegistering() {
		return this.kind.isRegistering(this.environment);
	}

	@Override
	public void withdraw(ServiceRegistry<Registration> registry, Registration registration) throws Exception {
		registry.deregister(registration);
	}

}
