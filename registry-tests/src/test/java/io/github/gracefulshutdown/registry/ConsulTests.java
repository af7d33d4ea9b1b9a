package io.github.gracefulshutdown.registry;

import java.lang.reflect.Method;
import java.net.URI;
import java.util.List;
import java.util.Objects;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.cloud.consul.serviceregistry.ConsulRegistration;
import org.springframework.util.ReflectionUtils;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests with Consul. */
class ConsulTests extends RegistryContract {

	private static final String LEFT_OUT = "Left out net.devh.boot.grpc.server.autoconfigure.GrpcMetadataConsulConfiguration";

	private static final int PORT = ServerProcess.freePort(1, 2);

	private static ServerProcess server;

	@BeforeAll
	static void startServer() {
		server = ServerProcess.start(ServerProcess.directory("consul-data"),
				List.of(ConsulBinary.find().toString(), "agent", "-dev", "-bind=127.0.0.1", "-http-port=" + PORT,
						"-dns-port=-1", "-grpc-port=-1", "-server-port=" + (PORT + 1), "-serf-lan-port=" + (PORT + 2),
						"-serf-wan-port=-1"))
			.awaitOk(uri("/v1/status/leader"));
	}

	@AfterAll
	static void stopServer() {
		if (server != null) {
			server.close();
		}
	}

	@Test
	void isPutIntoMaintenanceModeAndRemovedAtTheEnd() {
		try (RunningApplication application = start("graceful.shutdown.consul.mode=maintenance",
				"graceful.shutdown.lame-duck.minimum=0")) {
			awaitInRotation(application);
			application.drain();
			awaitOutOfRotation(application);
			assertThat(isRemoved(application)).isFalse();
			assertThat(Http.get(uri("/v1/health/checks/orders"))).contains("Service Maintenance Mode");
			application.resume();
			awaitInRotation(application);
			application.close();
			assertThat(isRemoved(application)).isTrue();
		}
	}

	@Test
	void grpcMetadataOfNetDevhDoesNotCrashAndIsThere(CapturedOutput output) {
		try (RunningApplication application = start("grpc.server.port=0")) {
			awaitInRotation(application);
			assertThat(Http.get(uri("/v1/health/service/orders"))).containsPattern("\"gRPC_port\": ?\"[1-9]\\d+\"");
			assertThat(output.toString().contains(LEFT_OUT)).isEqualTo(!isAsNetDevhExpects());
		}
	}

	/** Returns whether the starter of net.devh was made for this Spring Cloud Consul. */
	private static boolean isAsNetDevhExpects() {
		Method getter = Objects.requireNonNull(ReflectionUtils.findMethod(ConsulRegistration.class, "getService"));
		return getter.getReturnType().getName().startsWith("com.ecwid.consul.");
	}

	@Override
	String[] properties() {
		return new String[] { "spring.cloud.consul.enabled=true", "spring.cloud.consul.host=localhost",
				"spring.cloud.consul.port=" + PORT, "spring.cloud.consul.discovery.heartbeat.enabled=true",
				"spring.cloud.consul.discovery.heartbeat.ttl=2s",
				"spring.cloud.consul.discovery.heartbeat.reregister-service-on-failure=true",
				"spring.cloud.consul.discovery.hostname=localhost" };
	}

	@Override
	String notRegistering() {
		return "spring.cloud.consul.discovery.register=false";
	}

	@Override
	String registry() {
		return "ConsulServiceRegistry";
	}

	@Override
	boolean isInRotation(RunningApplication application) {
		return Http.get(uri("/v1/health/service/orders?passing=true")).contains("\"orders\"");
	}

	@Override
	boolean isRemoved(RunningApplication application) {
		return !Http.get(uri("/v1/catalog/service/orders")).contains("\"orders\"");
	}

	private static URI uri(String path) {
		return URI.create("http://localhost:" + PORT + path);
	}

}
