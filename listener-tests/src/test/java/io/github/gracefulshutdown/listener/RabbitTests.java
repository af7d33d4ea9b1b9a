package io.github.gracefulshutdown.listener;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import org.apache.qpid.server.SystemLauncher;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.condition.DisabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.amqp.rabbit.annotation.Queue;
import org.springframework.amqp.rabbit.annotation.RabbitListener;
import org.springframework.amqp.rabbit.core.RabbitTemplate;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Tests with the client of RabbitMQ, and a broker inside the JVM that speaks its
 * protocol.
 */
@DisabledForJreRange(min = JRE.JAVA_23, disabledReason = "The broker needs Subject.getSubject, which is no more")
class RabbitTests extends ListenerContract {

	private static final String BROKER = """
			{
			  "name": "broker",
			  "modelVersion": "9.1",
			  "authenticationproviders": [{
			    "name": "users", "type": "Plain", "secureOnlyMechanisms": [],
			    "users": [{ "name": "guest", "type": "managed", "password": "guest" }]
			  }],
			  "ports": [{
			    "name": "amqp", "port": %d, "bindingAddress": "127.0.0.1", "protocols": ["AMQP_0_9_1"],
			    "authenticationProvider": "users",
			    "virtualhostaliases": [{ "name": "defaultAlias", "type": "defaultAlias" }]
			  }],
			  "virtualhostnodes": [{
			    "name": "default", "type": "Memory", "defaultVirtualHostNode": true,
			    "virtualHostInitialConfiguration": "{ \\"type\\": \\"Memory\\" }"
			  }]
			}
			""";

	private static final SystemLauncher broker = new SystemLauncher();

	private static int port;

	private static int count;

	private final String queue = "work-" + ++count;

	@BeforeAll
	static void startBroker(@TempDir Path directory) throws Exception {
		port = freePort();
		Path configuration = Files.writeString(directory.resolve("broker.json"), BROKER.formatted(port));
		broker.startup(Map.of("type", "Memory", "initialConfigurationLocation", configuration.toString(),
				"startupLoggedToSystemOut", false));
	}

	private static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
	}

	@AfterAll
	static void stopBroker() {
		broker.shutdown();
	}

	@Override
	ConfigurableApplicationContext start() {
		return start(Application.class, "spring.rabbitmq.host=127.0.0.1", "spring.rabbitmq.port=" + port,
				"work.queue=" + this.queue);
	}

	@Override
	void send(ConfigurableApplicationContext context, String work) {
		context.getBean(RabbitTemplate.class).convertAndSend(this.queue, work);
	}

	@SpringBootConfiguration
	@EnableAutoConfiguration
	static class Application {

		private final Handler handler;

		Application(Handler handler) {
			this.handler = handler;
		}

		@RabbitListener(queuesToDeclare = @Queue("${work.queue}"))
		void receive(String work) throws InterruptedException {
			this.handler.handle(work);
		}

	}

}
