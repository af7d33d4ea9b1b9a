package io.github.gracefulshutdown.autoconfigure.registry;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

import io.github.gracefulshutdown.autoconfigure.Announcement;
import io.github.gracefulshutdown.autoconfigure.AnnouncementSource;
import io.github.gracefulshutdown.autoconfigure.CreatedBeans;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.cloud.client.serviceregistry.AbstractAutoServiceRegistration;
import org.springframework.cloud.client.serviceregistry.AutoServiceRegistration;
import org.springframework.cloud.client.serviceregistry.Registration;
import org.springframework.cloud.client.serviceregistry.ServiceRegistry;
import org.springframework.context.Lifecycle;
import org.springframework.core.ResolvableType;
import org.springframework.util.ClassUtils;

/**
 * Finds the registrations of this instance: each {@link Registration} with the
 * {@link ServiceRegistry} that takes its type. The registry is called itself, rather than
 * {@code AutoServiceRegistration.stop()}, which for some registries also closes the
 * client for good and so could not be undone.
 */
final class RegistrationSource implements AnnouncementSource {

	private static final Logger logger = LoggerFactory.getLogger(RegistrationSource.class);

	private static final RegistryAdapter UNKNOWN = new UnknownRegistryAdapter();

	private final ListableBeanFactory beanFactory;

	private final ObjectProvider<RegistryAdapter> adapters;

	RegistrationSource(ListableBeanFactory beanFactory, ObjectProvider<RegistryAdapter> adapters) {
		this.beanFactory = beanFactory;
		this.adapters = adapters;
	}

	@Override
	public List<Announcement> announcements() {
		List<Announcement> announcements = new ArrayList<>();
		for (ServiceRegistry<?> registry : registries()) {
			RegistryAdapter adapter = adapterFor(registry);
			if (adapter.isRegistering() && isRegistered(registry)) {
				registrationsIn(registry)
					.forEach((registration) -> announcements.add(announcement(adapter, registry, registration)));
			}
		}
		return announcements;
	}

	/** Gives what will be registered again the identifier of a new instance. */
	void identify(String id) {
		for (ServiceRegistry<?> registry : registries()) {
			RegistryAdapter adapter = adapterFor(registry);
			registrationsIn(registry).forEach((registration) -> identify(adapter, registration, id));
		}
	}

	private static void identify(RegistryAdapter adapter, Registration registration, String id) {
		try {
			adapter.identify(registration, id);
		}
		catch (RuntimeException ex) { // it registers as the old instance
			logger.warn("Could not give '{}' the identifier of the restored instance", registration.getServiceId(), ex);
		}
	}

	@SuppressWarnings("rawtypes")
	private Collection<ServiceRegistry> registries() {
		return CreatedBeans.ofType(this.beanFactory, ServiceRegistry.class).values();
	}

	private RegistryAdapter adapterFor(ServiceRegistry<?> registry) {
		return this.adapters.orderedStream()
			.filter((adapter) -> adapter.supports(registry))
			.findFirst()
			.orElse(UNKNOWN);
	}

	/**
	 * An instance that registers itself, and has not, has nothing to leave. What
	 * registers it is told by its package, which is that of the registry.
	 */
	private boolean isRegistered(ServiceRegistry<?> registry) {
		Collection<AutoServiceRegistration> all = CreatedBeans.ofType(this.beanFactory, AutoServiceRegistration.class)
			.values();
		List<AutoServiceRegistration> own = all.stream()
			.filter((automatic) -> packageOf(automatic).equals(packageOf(registry)))
			.toList();
		Collection<AutoServiceRegistration> automatic = own.isEmpty() ? all : own;
		return automatic.isEmpty() || automatic.stream().anyMatch(RegistrationSource::isRunning);
	}

	private static String packageOf(Object bean) {
		return ClassUtils.getUserClass(bean).getPackageName();
	}

	private static boolean isRunning(AutoServiceRegistration automatic) {
		if (automatic instanceof AbstractAutoServiceRegistration<?> registration) {
			return registration.isRunning();
		}
		return !(automatic instanceof Lifecycle lifecycle) || lifecycle.isRunning();
	}

	/**
	 * Some registries take every registration. What another takes more precisely is not
	 * theirs.
	 */
	private List<Registration> registrationsIn(ServiceRegistry<?> registry) {
		Class<?> accepted = acceptedBy(registry);
		return registrations().stream()
			.filter(accepted::isInstance)
			.filter((registration) -> registries().stream()
				.map(RegistrationSource::acceptedBy)
				.noneMatch((other) -> other != accepted && accepted.isAssignableFrom(other)
						&& other.isInstance(registration)))
			.toList();
	}

	private static Class<?> acceptedBy(ServiceRegistry<?> registry) {
		return ResolvableType.forClass(ServiceRegistry.class, ClassUtils.getUserClass(registry))
			.getGeneric()
			.resolve(Registration.class);
	}

	/** The target behind a scoped proxy is a second bean for the same registration. */
	private List<Registration> registrations() {
		List<Registration> registrations = new ArrayList<>();
		CreatedBeans.ofType(this.beanFactory, Registration.class).forEach((name, registration) -> {
			if (!ScopedProxyUtils.isScopedTarget(name)) {
				registrations.add(registration);
			}
		});
		return registrations;
	}

	@SuppressWarnings("unchecked") // what registrationsIn() has found out
	private static Announcement announcement(RegistryAdapter adapter, ServiceRegistry<?> registry,
			Registration registration) {
		return new RegistrationAnnouncement(adapter, (ServiceRegistry<Registration>) registry, registration);
	}

}
