package io.github.gracefulshutdown.registry;

/** The registries that share the class path, each of which is off unless it is meant. */
final class Registries {

	private Registries() {
	}

	static String[] none() {
		return new String[] { "eureka.client.enabled=false", "spring.cloud.consul.enabled=false",
				"spring.cloud.zookeeper.enabled=false", "spring.cloud.nacos.discovery.enabled=false",
				"grpc.server.port=-1", "grpc.server.health-service-enabled=false", "spring.main.banner-mode=off" };
	}

}
