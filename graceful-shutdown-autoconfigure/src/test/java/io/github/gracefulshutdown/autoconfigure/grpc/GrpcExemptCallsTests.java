package io.github.gracefulshutdown.autoconfigure.grpc;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.github.gracefulshutdown.Outcome;
import io.github.gracefulshutdown.Stage;
import io.grpc.BindableService;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Tests for health and reflection over gRPC, which the drain does not wait for. */
class GrpcExemptCallsTests {

	private static final String SERVICE = "test.Echo";

	private final GrpcApplication application = GrpcApplication.start();

	private final HealthStatusManager manager = this.application.context().getBean(HealthStatusManager.class);

	private final HealthGrpc.HealthBlockingStub health = HealthGrpc.newBlockingStub(this.application.channel());

	@AfterEach
	void close() {
		this.application.close();
	}

	private ServingStatus check(String service) {
		return this.health.check(request(service)).getStatus();
	}

	private static HealthCheckRequest request(String service) {
		return HealthCheckRequest.newBuilder().setService(service).build();
	}

	private Recorder<HealthCheckResponse> watch(String service) {
		Recorder<HealthCheckResponse> watch = new Recorder<>();
		HealthGrpc.newStub(this.application.channel()).watch(request(service), watch);
		return watch;
	}

	private static void awaitTold(Recorder<HealthCheckResponse> watch, ServingStatus... statuses) {
		Awaitility.await()
			.untilAsserted(() -> assertThat(watch.received()).extracting(HealthCheckResponse::getStatus)
				.containsExactly(statuses));
	}

	@Test
	void everyServiceIsNotServingDuringTheDrainAndComesBackAsItWas() throws Exception {
		this.manager.setStatus(SERVICE, ServingStatus.SERVING);
		this.manager.setStatus("down", ServingStatus.NOT_SERVING);
		assertThat(check("")).isEqualTo(ServingStatus.SERVING);
		this.application.sequence().drain().get(10, TimeUnit.SECONDS);
		assertThat(List.of(check(""), check(SERVICE), check("down"))).containsOnly(ServingStatus.NOT_SERVING);
		this.application.sequence().resume();
		assertThat(List.of(check(""), check(SERVICE))).containsOnly(ServingStatus.SERVING);
		assertThat(check("down")).isEqualTo(ServingStatus.NOT_SERVING);
		assertThat(this.application.call("again")).isEqualTo("again");
	}

	@Test
	void aServiceThatIsUnknownStaysSo() throws Exception {
		this.application.sequence().drain().get(10, TimeUnit.SECONDS);
		assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(() -> check("unknown"))
			.satisfies((ex) -> assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND));
	}

	@Test
	void aStatusThatIsSetDuringTheDrainShowsAfterIt() throws Exception {
		Recorder<HealthCheckResponse> watch = watch("");
		awaitTold(watch, ServingStatus.SERVING);
		this.application.sequence().drain().get(10, TimeUnit.SECONDS);
		awaitTold(watch, ServingStatus.SERVING, ServingStatus.NOT_SERVING);
		this.manager.setStatus("", ServingStatus.NOT_SERVING);
		this.manager.setStatus("", ServingStatus.SERVING); // as a scheduler may at any
															// time
		this.manager.setStatus(SERVICE, ServingStatus.SERVING);
		assertThat(List.of(check(""), check(SERVICE))).containsOnly(ServingStatus.NOT_SERVING);
		awaitTold(watch, ServingStatus.SERVING, ServingStatus.NOT_SERVING);
		this.application.sequence().resume();
		assertThat(List.of(check(""), check(SERVICE))).containsOnly(ServingStatus.SERVING);
		awaitTold(watch, ServingStatus.SERVING, ServingStatus.NOT_SERVING, ServingStatus.SERVING);
	}

	@Test
	void aWatchHearsOfTheDrainWhenItBeginsAndHoldsNothingUp() throws Exception {
		Recorder<HealthCheckResponse> watch = watch("");
		awaitTold(watch, ServingStatus.SERVING);
		CompletableFuture<String> inFlight = GrpcApplication.supplyAsync(() -> this.application.call("block-watched"));
		this.application.awaitInFlight(1);
		long closedNanos = System.nanoTime();
		CompletableFuture<Void> closed = this.application.closeAsync();
		awaitTold(watch, ServingStatus.SERVING, ServingStatus.NOT_SERVING);
		this.application.awaitStage(Stage.BLOCKING);
		assertThat(watch.ended()).isNotDone();
		EchoService.release("block-watched");
		assertThat(inFlight.get(10, TimeUnit.SECONDS)).isEqualTo("block-watched");
		assertThat(watch.ended().get(10, TimeUnit.SECONDS).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
		closed.get(10, TimeUnit.SECONDS);
		System.out.printf("The close with a watch took %d ms%n", (System.nanoTime() - closedNanos) / 1_000_000);
		assertThat(watch.received()).hasSize(2);
	}

	@Test
	void aWatchEndsWhenTheContextClosesLongAfterTheDrain() throws Exception {
		Recorder<HealthCheckResponse> watch = watch("");
		awaitTold(watch, ServingStatus.SERVING);
		assertThat(this.application.sequence().drain().get(10, TimeUnit.SECONDS)).isEqualTo(Outcome.CLEAN);
		assertThat(watch.ended()).isNotDone();
		this.application.closeAsync().get(10, TimeUnit.SECONDS);
		assertThat(watch.ended().get(10, TimeUnit.SECONDS).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
	}

	@Test
	void reflectionIsAnsweredDuringTheDrainAndHoldsNothingUp() throws Exception {
		this.application.sequence().drain().get(10, TimeUnit.SECONDS);
		Recorder<String> answers = new Recorder<>();
		StreamObserver<String> requests = ClientCalls
			.asyncBidiStreamingCall(this.application.channel().newCall(reflection(), CallOptions.DEFAULT), answers);
		requests.onNext(":\0"); // field 7, list_services, as an empty string
		Awaitility.await().untilAsserted(() -> assertThat(answers.received()).hasSize(1));
		assertThat(answers.received().get(0)).contains(HealthGrpc.SERVICE_NAME);
		this.application.closeAsync().get(10, TimeUnit.SECONDS);
		assertThat(answers.ended().get(10, TimeUnit.SECONDS).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
	}

	/** The starters expose different versions of it. */
	private MethodDescriptor<String, String> reflection() {
		String service = this.application.context()
			.getBeanProvider(BindableService.class)
			.stream()
			.map((bean) -> bean.bindService().getServiceDescriptor().getName())
			.filter((name) -> name.startsWith("grpc.reflection."))
			.findFirst()
			.orElseThrow();
		return MethodDescriptor.<String, String>newBuilder(StringMarshaller.INSTANCE, StringMarshaller.INSTANCE)
			.setFullMethodName(MethodDescriptor.generateFullMethodName(service, "ServerReflectionInfo"))
			.setType(MethodType.BIDI_STREAMING)
			.build();
	}

}
