package io.github.gracefulshutdown.registry;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import com.alibaba.cloud.nacos.NacosDiscoveryProperties;
import io.github.gracefulshutdown.Stage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import org.springframework.boot.test.system.CapturedOutput;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests with Nacos. */
class NacosTests extends RegistryContract {

	// Nacos has ports of its own at fixed distances.
	private static final int PORT = ServerProcess.freePort(1000, 1001, -1000);

	private static ServerProcess server;

	@BeforeAll
	static void startServer() throws IOException {
		Path directory = ServerProcess.directory("nacos-" + PORT);
		Path build = Path.of(System.getProperty("nacos-server.directory"));
		String classPath = build.resolve("classes") + ":" + Files.readString(build.resolve("nacos-server.classpath"));
		server = ServerProcess.start(directory,
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1",
						"-XX:+UseSerialGC", "-Xmx320m", "-Dnacos.standalone=true", "-Dnacos.home=" + directory,
						"-Dnacos.server.main.port=" + PORT, "-classpath", classPath,
						"io.github.gracefulshutdown.registry.NacosServer"))
			.awaitOk(instances());
	}

	@AfterAll
	static void stopServer() {
		if (server != null) {
			server.close();
		}
	}

	@Test
	void itsOwnWaitIsNotAddedToTheLameDuck() {
		try (RunningApplication application = start()) {
			awaitInRotation(application);
			assertThat(application.bean(NacosDiscoveryProperties.class).getGracefulShutdownWaitTime()).isZero();
			application.close();
			assertThat(application.between(Stage.DRAINED, Stage.RELEASED)).isLessThan(Duration.ofSeconds(8));
		}
	}

	@Test
	void itsOwnWaitIsWhatTheUserSays(CapturedOutput output) {
		try (RunningApplication application = start("spring.cloud.nacos.discovery.graceful-shutdown-wait-time=1234",
				"graceful.shutdown.lame-duck.minimum=0")) {
			application.close();
			assertThat(output).contains("Graceful shutdown wait time is 1234");
		}
	}

	@Override
	String[] properties() {
		return new String[] { "spring.cloud.nacos.discovery.enabled=true",
				"spring.cloud.nacos.discovery.server-addr=localhost:" + PORT,
				"spring.cloud.nacos.discovery.ip=127.0.0.1" };
	}

	@Override
	String notRegistering() {
		return "spring.cloud.nacos.discovery.register-enabled=false";
	}

	@Override
	String registry() {
		return "NacosServiceRegistry";
	}

	@Override
	boolean isInRotation(RunningApplication application) {
		return Http.get(instances()).contains("\"port\":" + application.port());
	}

	@Override
	boolean isRemoved(RunningApplication application) {
		return !Http.get(instances()).contains("\"ip\"");
	}

	private static URI instances() {
		return URI.create("http://localhost:" + PORT + "/nacos/v3/client/ns/instance/list?serviceName=orders");
	}

}
