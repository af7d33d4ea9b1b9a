package io.github.gracefulshutdown.autoconfigure.grpc;

import io.github.gracefulshutdown.autoconfigure.HealthChecksContract;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import org.springframework.boot.test.system.CapturedOutput;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests of health checks over gRPC. */
class GrpcHealthChecksTests extends HealthChecksContract {

	@Test
	void whoPollsTheHealthIsWaitedFor(CapturedOutput output) throws Exception {
		try (GrpcApplication application = GrpcApplication.start(PROPERTIES)) {
			HealthGrpc.HealthBlockingStub health = HealthGrpc.newBlockingStub(application.channel());
			assertThatProberIsWaitedFor(application.sequence(), "grpc.health.v1.Health/Check",
					() -> health.check(HealthCheckRequest.getDefaultInstance()).getStatus() == ServingStatus.SERVING,
					output);
		}
	}

	@Test
	void whoWatchesTheHealthIsTakenForACallerThatFollows() {
		try (GrpcApplication application = GrpcApplication.start()) {
			GrpcHealth health = application.context().getBean(GrpcHealth.class);
			assertThat(health.isFollowedByCallers()).isFalse();
			Recorder<HealthCheckResponse> watch = new Recorder<>();
			HealthGrpc.newStub(application.channel()).watch(HealthCheckRequest.getDefaultInstance(), watch);
			Awaitility.await().until(health::isFollowedByCallers);
		}
	}

}
