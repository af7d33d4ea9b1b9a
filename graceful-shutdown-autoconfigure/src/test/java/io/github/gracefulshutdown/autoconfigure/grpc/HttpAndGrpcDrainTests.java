package io.github.gracefulshutdown.autoconfigure.grpc;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.github.gracefulshutdown.DrainGate;
import io.github.gracefulshutdown.autoconfigure.WebApplication;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.stub.ClientCalls;
import net.devh.boot.grpc.server.service.GrpcService;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for the drain of an application with both HTTP and gRPC. */
class HttpAndGrpcDrainTests {

	@Test
	void bothDrainTogether() throws Exception {
		try (WebApplication application = WebApplication.start(Application.class, "grpc.server.port=0",
				"spring.grpc.server.port=0")) {
			ManagedChannel channel = ManagedChannelBuilder
				.forAddress("localhost", application.context().getBean(GrpcServers.class).servers().get(0).getPort())
				.usePlaintext()
				.build();
			CompletableFuture<HttpResponse<String>> http = application.getAsync("/pause");
			CompletableFuture<String> grpc = GrpcApplication.supplyAsync(
					() -> ClientCalls.blockingUnaryCall(channel, EchoService.UNARY, CallOptions.DEFAULT, "pause"));
			Awaitility.await()
				.until(() -> application.gate().inFlight("http") == 1 && application.gate().inFlight("grpc") == 1);
			long beganNanos = System.nanoTime();
			application.close();
			Duration took = Duration.ofNanos(System.nanoTime() - beganNanos);
			assertThat(http.get(10, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
			assertThat(grpc.get(10, TimeUnit.SECONDS)).isEqualTo("pause");
			System.out.printf("The close with %d ms of HTTP and %d ms of gRPC in flight took %d ms%n",
					EchoService.PAUSE.toMillis(), EchoService.PAUSE.toMillis(), took.toMillis());
			assertThat(took).isBetween(EchoService.PAUSE.minusMillis(1_000), EchoService.PAUSE.plusMillis(2_500));
			channel.shutdownNow();
		}
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(PauseController.class)
	static class Application {

		@Bean
		@GrpcService
		EchoService echoService(DrainGate gate) {
			return new EchoService(gate);
		}

	}

	@RestController
	static class PauseController {

		@GetMapping("/pause")
		String pause() throws InterruptedException {
			assertThat(new CountDownLatch(1).await(EchoService.PAUSE.toMillis(), TimeUnit.MILLISECONDS)).isFalse();
			return "paused";
		}

	}

}
