package io.github.gracefulshutdown.autoconfigure.registry;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

import io.github.gracefulshutdown.autoconfigure.Announcement;
import io.github.gracefulshutdown.autoconfigure.AnnouncementSource;

import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.cloud.client.serviceregistry.AbstractAutoServiceRegistration;
import org.springframework.cloud.client.serviceregistry.AutoServiceRegistration;
import org.springframework.cloud.client.serviceregistry.Registration;
import org.springframework.cloud.client.serviceregistry.ServiceRegistry;
import org.springframework.context.Lifecycle;
import org.springframework.core.ResolvableType;

/**
 * Finds the registrations of this instance: each {@link Registration} with the
 * {@link ServiceRegistry} that takes its type. The registry is called itself, rather than
 * {@code AutoServiceRegistration.stop()}, which for some registries also closes the
 * client for good and so could not be undone.
 */
final class RegistrationSource implements AnnouncementSource {

	private final ListableBeanFactory beanFactory;

	RegistrationSource(ListableBeanFactory beanFactory) {
		this.beanFactory = beanFactory;
	}

	@Override
	public List<Announcement> announcements() {
		if (!isRegistered()) {
			return List.of();
		}
		List<Announcement> announcements = new ArrayList<>();
		for (ServiceRegistry<?> registry : registries()) {
			for (Registration registration : registrations()) {
				if (accepts(registry, registration)) {
					announcements.add(announcement(registry, registration));
				}
			}
		}
		return announcements;
	}

	/** An instance that registers itself, and has not, has nothing to leave. */
	private boolean isRegistered() {
		Collection<AutoServiceRegistration> automatic = this.beanFactory.getBeansOfType(AutoServiceRegistration.class)
			.values();
		return automatic.isEmpty() || automatic.stream().anyMatch(RegistrationSource::isRunning);
	}

	private static boolean isRunning(AutoServiceRegistration automatic) {
		if (automatic instanceof AbstractAutoServiceRegistration<?> registration) {
			return registration.isRunning();
		}
		return !(automatic instanceof Lifecycle lifecycle) || lifecycle.isRunning();
	}

	@SuppressWarnings("rawtypes")
	private Collection<ServiceRegistry> registries() {
		return this.beanFactory.getBeansOfType(ServiceRegistry.class).values();
	}

	/** The target behind a scoped proxy is a second bean for the same registration. */
	private List<Registration> registrations() {
		List<Registration> registrations = new ArrayList<>();
		this.beanFactory.getBeansOfType(Registration.class).forEach((name, registration) -> {
			if (!ScopedProxyUtils.isScopedTarget(name)) {
				registrations.add(registration);
			}
		});
		return registrations;
	}

	private static boolean accepts(ServiceRegistry<?> registry, Registration registration) {
		return ResolvableType.forClass(ServiceRegistry.class, registry.getClass())
			.getGeneric()
			.resolve(Registration.class)
			.isInstance(registration);
	}

	@SuppressWarnings("unchecked") // what accepts() has found out
	private static Announcement announcement(ServiceRegistry<?> registry, Registration registration) {
		return new RegistrationAnnouncement((ServiceRegistry<Registration>) registry, registration);
	}

}
