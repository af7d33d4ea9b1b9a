package io.github.gracefulshutdown.autoconfigure.registry;

import org.springframework.cloud.client.serviceregistry.ServiceRegistry;
import org.springframework.core.env.Environment;

/**
 * A kind of registry, by the names that are the same in every version of its client.
 */
enum RegistryKind {

	EUREKA("org.springframework.cloud.netflix.eureka.serviceregistry.EurekaServiceRegistry",
			"eureka.client.register-with-eureka"),

	CONSUL("org.springframework.cloud.consul.serviceregistry.ConsulServiceRegistry",
			"spring.cloud.consul.discovery.register"),

	ZOOKEEPER("org.springframework.cloud.zookeeper.serviceregistry.ZookeeperServiceRegistry",
			"spring.cloud.zookeeper.discovery.register"),

	NACOS("com.alibaba.cloud.nacos.registry.NacosServiceRegistry", "spring.cloud.nacos.discovery.register-enabled");

	private final String className;

	private final String registerProperty;

	RegistryKind(String className, String registerProperty) {
		this.className = className;
		this.registerProperty = registerProperty;
	}

	/** Returns whether the registry is of this kind, or a subclass or proxy of one. */
	boolean matches(ServiceRegistry<?> registry) {
		for (Class<?> type = registry.getClass(); type != null; type = type.getSuperclass()) {
			if (type.getName().equals(this.className)) {
				return true;
			}
		}
		return false;
	}

	/** Returns whether the application is set up to register with it, as by default. */
	boolean isRegistering(Environment environment) {
		return environment.getProperty(this.registerProperty, Boolean.class, true);
	}

}
