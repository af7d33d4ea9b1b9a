package io.github.gracefulshutdown.autoconfigure.grpc;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;

import io.github.gracefulshutdown.DrainGate;
import io.github.gracefulshutdown.autoconfigure.WebApplication;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.stub.ClientCalls;
import net.devh.boot.grpc.server.service.GrpcService;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.test.util.TestSocketUtils;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for the close of an application with both HTTP and gRPC, with a request and a
 * call in flight, and another request that comes a second before these end.
 */
class HttpAndGrpcDrainTests {

	private static final Duration LATE = EchoService.PAUSE.minusSeconds(1);

	// When the drain of HTTP begins only when that of gRPC has ended.
	private static final Duration ONE_AFTER_THE_OTHER = LATE.plus(EchoService.PAUSE);

	@Test
	void bothDrainTogether() throws Exception {
		Close close = close(true);
		assertThat(close.lateStatus()).isEqualTo(503);
		assertThat(close.took()).isBetween(LATE, ONE_AFTER_THE_OTHER);
	}

	@Test
	void withoutTheStarterOneDrainsAfterTheOther() throws Exception {
		Close close = close(false);
		assertThat(close.lateStatus()).isEqualTo(200);
		assertThat(close.took()).isGreaterThan(ONE_AFTER_THE_OTHER);
	}

	private static Close close(boolean withStarter) throws Exception {
		int grpcPort = availablePort();
		ManagedChannel channel = ManagedChannelBuilder.forAddress("localhost", grpcPort).usePlaintext().build();
		try (WebApplication application = WebApplication.start(Application.class, "grpc.server.port=" + grpcPort,
				"spring.grpc.server.port=" + grpcPort, "spring.grpc.server.servlet.enabled=false",
				"graceful.shutdown.enabled=" + withStarter)) {
			CompletableFuture<HttpResponse<String>> http = application.getAsync("/pause");
			CompletableFuture<String> grpc = GrpcApplication.supplyAsync(
					() -> ClientCalls.blockingUnaryCall(channel, EchoService.UNARY, CallOptions.DEFAULT, "pause"));
			Awaitility.await().until(() -> EchoService.pausing.get() == 2);
			CompletableFuture<Duration> closed = GrpcApplication.supplyAsync(() -> {
				long beganNanos = System.nanoTime();
				application.close();
				return Duration.ofNanos(System.nanoTime() - beganNanos);
			});
			assertThatExceptionOfType(TimeoutException.class)
				.isThrownBy(() -> closed.get(LATE.toMillis(), TimeUnit.MILLISECONDS));
			int lateStatus = application.get("/pause").statusCode();
			Duration took = closed.get(20, TimeUnit.SECONDS);
			assertThat(http.get(10, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
			assertThat(grpc.get(10, TimeUnit.SECONDS)).isEqualTo("pause");
			System.out.printf(
					"The close %s the starter, with %d ms of HTTP and of gRPC in flight, took %d ms; "
							+ "the request after %d ms got %d%n",
					withStarter ? "with" : "without", EchoService.PAUSE.toMillis(), took.toMillis(), LATE.toMillis(),
					lateStatus);
			return new Close(took, lateStatus);
		}
		finally {
			channel.shutdownNow();
		}
	}

	/** One that no connection takes until the server binds it: those have higher ones. */
	private static int availablePort() {
		return IntStream.generate(TestSocketUtils::findAvailableTcpPort)
			.filter((port) -> port < 32768)
			.findFirst()
			.orElseThrow();
	}

	private record Close(Duration took, int lateStatus) {
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(PauseController.class)
	static class Application {

		@Bean
		@GrpcService
		EchoService echoService(ObjectProvider<DrainGate> gate) {
			return new EchoService(gate.getIfAvailable(DrainGate::new));
		}

	}

	@RestController
	static class PauseController {

		@GetMapping("/pause")
		String pause() {
			EchoService.pause();
			return "paused";
		}

	}

}
