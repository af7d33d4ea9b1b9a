package io.github.gracefulshutdown.registry;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import org.springframework.boot.test.system.CapturedOutput;

import static org.assertj.core.api.Assertions.assertThat;

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

	@Test
	void isNotRegisteredAgainByAHeartbeatThatCrossesItsRemoval() {
		CountDownLatch removed = new CountDownLatch(1);
		CountDownLatch held = new CountDownLatch(1);
		try (RunningApplication application = start("graceful.shutdown.lame-duck.minimum=0")) {
			awaitInRotation(application);
			server.holdHeartbeats(() -> {
				held.countDown();
				await(removed, Duration.ofSeconds(2));
			});
			await(held, Duration.ofSeconds(10));
			application.close();
			assertThat(server.status("ORDERS", ID)).isNull();
			removed.countDown();
			int last = server.requests().lastIndexOf("DELETE /eureka/apps/ORDERS/" + ID);
			assertThat(last).isPositive();
			assertThat(server.requests().subList(last + 1, server.requests().size()))
				.noneMatch((request) -> request.startsWith("POST") || request.startsWith("PUT"));
		}
		finally {
			removed.countDown();
			server.holdHeartbeats(() -> {
			});
		}
	}

	@Test
	void theNextInstanceWithTheSameIdIsUp() {
		try (RunningApplication application = start("graceful.shutdown.lame-duck.minimum=0")) {
			awaitInRotation(application);
		}
		assertThat(server.status("ORDERS", ID)).isNull();
		try (RunningApplication next = start("graceful.shutdown.lame-duck.minimum=0")) {
			awaitInRotation(next);
		}
	}

	@Test
	void theInstanceAfterOneThatWasKilledIsUp(CapturedOutput output) {
		try (RunningApplication application = start("graceful.shutdown.lame-duck.minimum=0",
				"eureka.client.should-unregister-on-shutdown=false")) {
			awaitInRotation(application);
		}
		assertThat(server.status("ORDERS", ID)).isEqualTo("OUT_OF_SERVICE");
		try (RunningApplication next = start("graceful.shutdown.lame-duck.minimum=0")) {
			awaitInRotation(next);
			assertThat(output).contains("Took back OUT_OF_SERVICE");
		}
	}

	@Test
	void staysOutWhenTheRegistryHasForgottenIt() {
		try (RunningApplication application = start("graceful.shutdown.lame-duck.minimum=0")) {
			awaitInRotation(application);
			application.drain();
			server.forget("ORDERS", ID);
			Awaitility.await("registered again").until(() -> server.status("ORDERS", ID) != null);
			assertThat(server.status("ORDERS", ID)).isEqualTo("OUT_OF_SERVICE");
			application.resume();
			awaitInRotation(application);
		}
	}

	private static void await(CountDownLatch latch, Duration timeout) {
		try {
			latch.await(timeout.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
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
