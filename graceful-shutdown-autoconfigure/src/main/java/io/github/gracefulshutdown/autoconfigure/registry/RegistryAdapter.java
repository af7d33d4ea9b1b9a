package io.github.gracefulshutdown.autoconfigure.registry;

import java.util.Map;

import io.github.gracefulshutdown.autoconfigure.InstanceId;

import org.springframework.cloud.client.serviceregistry.Registration;
import org.springframework.cloud.client.serviceregistry.ServiceRegistry;

/**
 * Knows one kind of registry: how an entry there is taken out, and how it is put back.
 */
interface RegistryAdapter {

	/** Returns whether the registry is of this kind. */
	boolean supports(ServiceRegistry<?> registry);

	/** Returns whether this application is set up to register there. */
	boolean isRegistering();

	/**
	 * Takes the entry out. Returns when the registry has confirmed it.
	 * @throws Exception if the registry has not confirmed it
	 */
	void withdraw(ServiceRegistry<Registration> registry, Registration registration) throws Exception;

	/**
	 * Puts the entry back.
	 * @throws Exception if it failed
	 */
	default void restore(ServiceRegistry<Registration> registry, Registration registration) throws Exception {
		registry.register(registration);
	}

	/**
	 * Gives the entry, before it is made again, the identifier of a new instance in place
	 * of that of the old one. Most registries are sent what the registration has then.
	 */
	default void identify(Registration registration, String id) {
		Map<String, String> metadata = registration.getMetadata();
		if (metadata != null && metadata.containsKey(InstanceId.METADATA_NAME)) {
			metadata.put(InstanceId.METADATA_NAME, id);
		}
	}

}
