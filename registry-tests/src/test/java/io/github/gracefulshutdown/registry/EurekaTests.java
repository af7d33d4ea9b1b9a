package io.github.gracefulshutdown.registry;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** Tests with Eureka and the health check that undoes a plain deregistration. */
class EurekaTests extends RegistryContract {

	private static final String ID = "orders:1";

	private static EurekaServer server;

	@BeforeAll
	static void startServer() {
		server = EurekaServer.start();
	}

	@AfterAll
	static void stopServer() {
		server.close();
	}

	@Override
	String[] properties() {
		return properties(server.port());
	}

	static String[] properties(int port) {
		return new String[] { "eureka.client.enabled=true",
				"eureka.client.service-url.defaultZone=http://localhost:" + port + "/eureka/",
				"eureka.client.fetch-registry=false", "eureka.client.jersey.enabled=false",
				"eureka.client.healthcheck.enabled=true", "eureka.client.instance-info-replication-interval-seconds=1",
				"eureka.instance.lease-renewal-interval-in-seconds=1", "eureka.instance.hostname=localhost",
				"eureka.instance.instance-id=" + ID };
	}

	@Override
	String notRegistering() {
		return "eureka.client.register-with-eureka=false";
	}

	@Override
	String registry() {
		return "EurekaServiceRegistry";
	}

	@Override
	boolean isInRotation(RunningApplication application) {
		return "UP".equals(server.status("ORDERS", ID));
	}

	@Override
	boolean isRemoved(RunningApplication application) {
		return server.status("ORDERS", ID) == null;
	}

}
