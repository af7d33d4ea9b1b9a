package io.github.gracefulshutdown.autoconfigure.registry;

import io.github.gracefulshutdown.autoconfigure.Announcement;

import org.springframework.cloud.client.serviceregistry.Registration;
import org.springframework.cloud.client.serviceregistry.ServiceRegistry;

/** The entry of this instance in one registry. */
final class RegistrationAnnouncement implements Announcement {

	private final ServiceRegistry<Registration> registry;

	private final Registration registration;

	private final String name;

	RegistrationAnnouncement(ServiceRegistry<Registration> registry, Registration registration) {
		this.registry = registry;
		this.registration = registration;
		this.name = "%s at %s:%d in %s".formatted(registration.getServiceId(), registration.getHost(),
				registration.getPort(), registry.getClass().getSimpleName());
	}

	@Override
	public String name() {
		return this.name;
	}

	@Override
	public void withdraw() {
		this.registry.deregister(this.registration);
	}

	@Override
	public void restore() {
		this.registry.register(this.registration);
	}

}
