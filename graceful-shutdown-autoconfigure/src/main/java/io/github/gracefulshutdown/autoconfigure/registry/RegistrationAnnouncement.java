package io.github.gracefulshutdown.autoconfigure.registry;

import io.github.gracefulshutdown.autoconfigure.Announcement;

import org.springframework.cloud.client.serviceregistry.Registration;
import org.springframework.cloud.client.serviceregistry.ServiceRegistry;
import org.springframework.util.ClassUtils;

/** The entry of this instance in one registry. */
final class RegistrationAnnouncement implements Announcement {

	private final RegistryAdapter adapter;

	private final ServiceRegistry<Registration> registry;

	private final Registration registration;

	private final String name;

	RegistrationAnnouncement(RegistryAdapter adapter, ServiceRegistry<Registration> registry,
			Registration registration) {
		this.adapter = adapter;
		this.registry = registry;
		this.registration = registration;
		this.name = "%s at %s:%d in %s".formatted(registration.getServiceId(), registration.getHost(),
				registration.getPort(), ClassUtils.getUserClass(registry).getSimpleName());
	}

	@Override
	public String name() {
		return this.name;
	}

	@Override
	public void withdraw() throws Exception {
		this.adapter.withdraw(this.registry, this.registration);
	}

	@Override
	public void restore() throws Exception {
		this.adapter.restore(this.registry, this.registration);
	}

}
