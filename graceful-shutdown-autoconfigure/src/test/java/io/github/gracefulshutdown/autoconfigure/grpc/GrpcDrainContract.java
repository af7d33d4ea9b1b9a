package io.github.gracefulshutdown.autoconfigure.grpc;

import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import io.github.gracefulshutdown.DrainGate;
import io.github.gracefulshutdown.Stage;
import io.github.gracefulshutdown.autoconfigure.InstanceId;
import io.github.gracefulshutdown.autoconfigure.ShutdownSequence;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What holds for the drain of gRPC calls whatever they run on, over real connections to
 * an application with gRPC only.
 */
abstract class GrpcDrainContract {

	private final AtomicReference<Metadata> headers = new AtomicReference<>();

	private final AtomicReference<Metadata> trailers = new AtomicReference<>();

	private final GrpcApplication application;

	private final Channel channel;

	private final Channel capturing;

	GrpcDrainContract(GrpcApplication application) {
		this.application = application;
		this.channel = application.channel();
		this.capturing = ClientInterceptors.intercept(this.channel,
				MetadataUtils.newCaptureMetadataInterceptor(this.headers, this.trailers));
	}

	@BeforeEach
	void connect() {
		EchoService.executed.clear(); // other tests have sent the same requests
		assertThat(call("hello")).isEqualTo("hello");
		awaitInFlight(0); // the client has the answer before the server has ended the
							// call
	}

	@AfterEach
	void close() {
		this.application.close();
	}

	private ShutdownSequence sequence() {
		return this.application.sequence();
	}

	private DrainGate gate() {
		return this.application.gate();
	}

	private String call(String request) {
		return ClientCalls.blockingUnaryCall(this.capturing, EchoService.UNARY, CallOptions.DEFAULT, request);
	}

	@Test
	void callsToAServingInstanceCarryNothing() {
		assertThat(marker(this.headers)).isNull();
	}

	@Test
	void callsInFlightRunToTheirEndAndCarryTheNotice() throws Exception {
		CompletableFuture<String> inFlight = GrpcApplication.supplyAsync(() -> call("block"));
		awaitInFlight(1);
		CompletableFuture<Void> closed = this.application.closeAsync();
		Awaitility.await().until(() -> sequence().stage() == Stage.BLOCKING);
		EchoService.release("block");
		assertThat(inFlight.get(10, TimeUnit.SECONDS)).isEqualTo("block");
		assertThat(marker(this.headers)).isEqualTo("lame-duck");
		assertThat(Objects.requireNonNull(this.headers.get()).get(DrainServerInterceptor.INSTANCE))
			.isEqualTo(instanceId());
		closed.get(10, TimeUnit.SECONDS);
	}

	@Test
	void aRefusedCallIsToldThatItWasNotExecuted() throws Exception {
		sequence().drain().get(10, TimeUnit.SECONDS);
		assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(() -> call("refused")).satisfies((ex) -> {
			assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
			Metadata trailers = Objects.requireNonNull(ex.getTrailers());
			assertThat(trailers.get(DrainServerInterceptor.MARKER)).isEqualTo("rejected");
			assertThat(trailers.get(DrainServerInterceptor.INSTANCE)).isEqualTo(instanceId());
			assertThat(trailers.get(DrainServerInterceptor.PUSHBACK))
				.isEqualTo(GrpcApplication.IN_SERVLET_CONTAINER ? null : "0");
		});
		assertThat(EchoService.executed).doesNotContainKey("refused");
		assertThat(gate().inFlight()).isZero();
	}

	@Test
	void aFailedCallCountsOnceAndCarriesTheNoticeInItsTrailers() throws Exception {
		CompletableFuture<String> inFlight = GrpcApplication.supplyAsync(() -> call("block-and-fail"));
		awaitInFlight(1);
		CompletableFuture<?> drained = sequence().drain();
		Awaitility.await().until(() -> sequence().stage() == Stage.BLOCKING);
		EchoService.release("block-and-fail");
		assertThat(inFlight).failsWithin(10, TimeUnit.SECONDS);
		drained.get(10, TimeUnit.SECONDS);
		assertThat(marker(this.trailers)).isEqualTo("lame-duck");
		assertThat(gate().inFlight()).isZero();
	}

	@Test
	void aHandlerThatThrowsCountsOnce() {
		CompletableFuture<String> inFlight = GrpcApplication.supplyAsync(() -> call("block-and-throw"));
		awaitInFlight(1);
		EchoService.release("block-and-throw");
		assertThat(inFlight).failsWithin(10, TimeUnit.SECONDS);
		awaitInFlight(0);
	}

	@Test
	void aHandlerThatThrowsFromTheStartCountsOnce() {
		assertThatExceptionOfType(StatusRuntimeException.class)
			.isThrownBy(() -> ClientCalls.blockingUnaryCall(this.channel, EchoService.BROKEN, CallOptions.DEFAULT, ""));
		awaitInFlight(0);
	}

	@Test
	void aCallPastItsDeadlineCountsUntilItsHandlerHasReturned() throws Exception {
		Recorder<String> answers = new Recorder<>();
		ClientCalls.asyncUnaryCall(
				this.channel.newCall(EchoService.UNARY, CallOptions.DEFAULT.withDeadlineAfter(1, TimeUnit.SECONDS)),
				"block-past-deadline", answers);
		awaitInFlight(1);
		assertThat(answers.ended().get(10, TimeUnit.SECONDS).isOk()).isFalse();
		assertThat(gate().inFlight()).isOne();
		EchoService.release("block-past-deadline");
		awaitInFlight(0);
	}

	@Test
	void aCallThatTheClientCancelsCountsUntilItsHandlerHasReturned() throws Exception {
		Recorder<String> answers = new Recorder<>();
		ClientCall<String, String> call = this.channel.newCall(EchoService.UNARY, CallOptions.DEFAULT);
		ClientCalls.asyncUnaryCall(call, "block-cancelled", answers);
		awaitInFlight(1);
		Awaitility.await().until(() -> EchoService.executed.containsKey("block-cancelled"));
		call.cancel("changed my mind", null);
		assertThat(answers.ended().get(10, TimeUnit.SECONDS).getCode()).isEqualTo(Status.Code.CANCELLED);
		// what is sent to a client that has gone is reset again, which Tomcat may forget
		Awaitility.await().until(() -> EchoService.cancelled.contains("block-cancelled"));
		assertThat(gate().inFlight()).isOne();
		EchoService.release("block-cancelled");
		awaitInFlight(0);
	}

	@Test
	void aServerStreamCountsUntilItsLastMessage() throws Exception {
		Iterator<String> stream = ClientCalls.blockingServerStreamingCall(this.channel, EchoService.SERVER_STREAM,
				CallOptions.DEFAULT, "stream");
		assertThat(stream.next()).isEqualTo("first");
		CompletableFuture<?> drained = sequence().drain();
		Awaitility.await().until(() -> sequence().stage() == Stage.BLOCKING);
		assertThat(drained).isNotDone();
		EchoService.release("stream");
		assertThat(stream.next()).isEqualTo("last");
		assertThat(stream.hasNext()).isFalse();
		drained.get(10, TimeUnit.SECONDS);
	}

	@Test
	void aBidirectionalStreamCountsUntilBothSidesAreDoneAndMayBeginWork() throws Exception {
		Recorder<String> answers = new Recorder<>();
		StreamObserver<String> requests = converse(answers);
		requests.onNext("one");
		Awaitility.await().until(() -> answers.received().equals(List.of("one")));
		CompletableFuture<?> drained = sequence().drain();
		Awaitility.await().until(() -> sequence().stage() == Stage.BLOCKING);
		requests.onNext("two");
		Awaitility.await().until(() -> answers.received().equals(List.of("one", "two")));
		assertThat(drained).isNotDone();
		requests.onCompleted();
		drained.get(10, TimeUnit.SECONDS);
		assertThat(answers.ended().get(10, TimeUnit.SECONDS)).isEqualTo(Status.OK);
	}

	@Test
	void aStreamThatTheClientCancelsCountsOnce() throws Exception {
		Recorder<String> answers = new Recorder<>();
		StreamObserver<String> requests = converse(answers);
		requests.onNext("one");
		// an answer on its way when the client cancels is reset again, see above
		Awaitility.await().until(() -> answers.received().equals(List.of("one")));
		awaitInFlight(1);
		requests.onError(Status.CANCELLED.asRuntimeException());
		awaitInFlight(0);
	}

	private StreamObserver<String> converse(Recorder<String> answers) {
		return ClientCalls.asyncBidiStreamingCall(this.channel.newCall(EchoService.BIDI, CallOptions.DEFAULT), answers);
	}

	@Test
	void theMarkerOfAnotherInstanceIsNotPassedOn() {
		assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(() -> call("pass-on")).satisfies((ex) -> {
			Metadata trailers = Objects.requireNonNull(ex.getTrailers());
			assertThat(trailers.containsKey(DrainServerInterceptor.MARKER)).isFalse();
			assertThat(trailers.containsKey(DrainServerInterceptor.INSTANCE)).isFalse();
			assertThat(trailers.containsKey(DrainServerInterceptor.PUSHBACK)).isFalse();
			assertThat(trailers.get(EchoService.OTHER)).isEqualTo("kept");
		});
	}

	private static @Nullable String marker(AtomicReference<Metadata> metadata) {
		return Objects.requireNonNull(metadata.get()).get(DrainServerInterceptor.MARKER);
	}

	private String instanceId() {
		return this.application.context().getBean(InstanceId.class).value();
	}

	private void awaitInFlight(long expected) {
		this.application.awaitInFlight(expected);
	}

}
