package io.github.gracefulshutdown.autoconfigure.grpc;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

import io.github.gracefulshutdown.Outcome;
import io.github.gracefulshutdown.Stage;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import net.devh.boot.grpc.server.service.GrpcService;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for gRPC calls that do not end by themselves, over real connections. */
class GrpcEndlessCallsTests {

	private final Recorder<String> answers = new Recorder<>();

	private final AtomicReference<Metadata> headers = new AtomicReference<>();

	private final AtomicReference<Metadata> trailers = new AtomicReference<>();

	private @Nullable GrpcApplication started;

	@AfterEach
	void close() {
		if (this.started != null) {
			this.started.close();
		}
	}

	private void start(String... properties) {
		start(ChatConfiguration.class, properties);
	}

	private void start(Class<?> configuration, String... properties) {
		String[] all = IntStream.rangeClosed(0, properties.length)
			.mapToObj((i) -> (i == 0) ? "graceful.shutdown.grpc.endless-methods=test.Chat/*" : properties[i - 1])
			.toArray(String[]::new);
		this.started = GrpcApplication.start(configuration, all);
	}

	private GrpcApplication application() {
		return Objects.requireNonNull(this.started);
	}

	private ChatService service() {
		return application().context().getBean(ChatService.class);
	}

	private ClientCall<String, String> newCall(MethodDescriptor<String, String> method) {
		return ClientInterceptors
			.intercept(application().channel(),
					MetadataUtils.newCaptureMetadataInterceptor(this.headers, this.trailers))
			.newCall(method, CallOptions.DEFAULT);
	}

	private void join() {
		ClientCalls.asyncServerStreamingCall(newCall(ChatService.JOIN), "me", this.answers);
		Awaitility.await().untilAsserted(() -> assertThat(this.answers.received()).containsExactly("joined"));
	}

	private Outcome drain() throws Exception {
		return application().sequence().drain().get(20, TimeUnit.SECONDS);
	}

	private Status ended() throws Exception {
		return this.answers.ended().get(10, TimeUnit.SECONDS);
	}

	private @Nullable String marker() {
		return Objects.requireNonNull(this.trailers.get()).get(DrainServerInterceptor.MARKER);
	}

	@Test
	void aStreamEndsWhenTheDrainBeginsAndItsHandlerIsToldByCancellation() throws Exception {
		start();
		join();
		assertThat(drain()).isEqualTo(Outcome.CLEAN);
		assertThat(ended()).isEqualTo(Status.OK);
		assertThat(marker()).isEqualTo("lame-duck");
		assertThat(service().cancelled.await(10, TimeUnit.SECONDS)).isTrue();
		ServerCallStreamObserver<String> client = service().client.get();
		assertThat(client.isCancelled()).isTrue();
		assertThat(client.isReady()).isFalse();
		client.onNext("late"); // has no effect and does not fail
		assertThat(this.answers.received()).containsExactly("joined");
		assertThat(application().gate().inFlight()).isZero();
	}

	@Test
	void whatTheHandlerHasSentBeforeTheEndArrivesInOrder() throws Exception {
		start();
		join();
		ServerCallStreamObserver<String> client = service().client.get();
		CompletableFuture<Integer> sent = GrpcApplication.supplyAsync(() -> {
			int count = 0;
			while (!client.isCancelled()) {
				if (client.isReady()) {
					client.onNext(String.valueOf(count++));
				}
			}
			return count;
		});
		Awaitility.await().until(() -> this.answers.received().size() > 1_000);
		assertThat(drain()).isEqualTo(Outcome.CLEAN);
		assertThat(ended()).isEqualTo(Status.OK);
		int received = this.answers.received().size() - 1;
		assertThat(sent.get(10, TimeUnit.SECONDS)).isGreaterThanOrEqualTo(received);
		assertThat(this.answers.received().subList(1, received + 1))
			.containsExactlyElementsOf(IntStream.range(0, received).mapToObj(String::valueOf).toList());
	}

	@Test
	void aCallOfWhichNothingWasExecutedIsRefused() throws Exception {
		start();
		StreamObserver<String> requests = ClientCalls.asyncBidiStreamingCall(newCall(ChatService.TALK), this.answers);
		service().client.get(10, TimeUnit.SECONDS);
		assertThat(drain()).isEqualTo(Outcome.CLEAN);
		assertThat(ended().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
		assertThat(marker()).isEqualTo("rejected");
		assertThat(Objects.requireNonNull(this.trailers.get()).get(DrainServerInterceptor.PUSHBACK)).isEqualTo("0");
		assertThat(requests).isNotNull();
	}

	@Test
	void aClientThatWaitsForItsOneAnswerIsTold() throws Exception {
		start();
		StreamObserver<String> requests = ClientCalls.asyncClientStreamingCall(newCall(ChatService.UPLOAD),
				this.answers);
		requests.onNext("part");
		Awaitility.await().until(() -> service().received.get() == 1);
		assertThat(drain()).isEqualTo(Outcome.CLEAN);
		assertThat(ended().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
		assertThat(marker()).isEqualTo("lame-duck");
	}

	@Test
	void theApplicationChoosesTheStatus() throws Exception {
		start(StatusConfiguration.class);
		join();
		assertThat(drain()).isEqualTo(Outcome.CLEAN);
		assertThat(ended().getCode()).isEqualTo(Status.Code.ABORTED);
		assertThat(ended().getDescription()).isEqualTo("test.Chat/Join goes elsewhere");
	}

	@Test
	void aChoiceThatFailsHoldsNothingUp() throws Exception {
		start(BrokenStatusConfiguration.class);
		join();
		assertThat(drain()).isEqualTo(Outcome.CLEAN);
		assertThat(ended()).isEqualTo(Status.OK);
	}

	@Test
	void anIgnoredStreamGoesOnDuringTheDrainAndEndsBeforeTheServerStops() throws Exception {
		start("graceful.shutdown.streams.policy=ignore");
		join();
		assertThat(application().gate().inFlight()).isZero();
		assertThat(drain()).isEqualTo(Outcome.CLEAN);
		service().client.get().onNext("still here");
		Awaitility.await()
			.untilAsserted(() -> assertThat(this.answers.received()).containsExactly("joined", "still here"));
		application().closeAsync().get(10, TimeUnit.SECONDS);
		assertThat(ended()).isEqualTo(Status.OK);
	}

	@Test
	void anAwaitedStreamHoldsTheDrainAndEndsBeforeTheServerStops() throws Exception {
		start("graceful.shutdown.streams.policy=await", "graceful.shutdown.drain.timeout=1s");
		join();
		assertThat(drain()).isEqualTo(Outcome.TIMED_OUT);
		assertThat(this.answers.ended()).isNotDone();
		application().closeAsync().get(10, TimeUnit.SECONDS);
		assertThat(ended()).isEqualTo(Status.OK);
	}

	@Test
	void aStreamThatTheClientLeavesIsForgotten() throws Exception {
		start();
		ClientCall<String, String> call = newCall(ChatService.JOIN);
		ClientCalls.asyncServerStreamingCall(call, "me", this.answers);
		service().client.get(10, TimeUnit.SECONDS);
		application().awaitInFlight(1);
		call.cancel("left", null);
		application().awaitInFlight(0);
		assertThat(service().cancelled.await(10, TimeUnit.SECONDS)).isTrue();
		assertThat(drain()).isEqualTo(Outcome.CLEAN);
	}

	@Test
	void otherStreamsAreNotEnded() throws Exception {
		start();
		Recorder<String> echo = new Recorder<>();
		ClientCalls.asyncServerStreamingCall(newCall(EchoService.SERVER_STREAM), "finite", echo);
		Awaitility.await().until(() -> echo.received().size() == 1);
		CompletableFuture<Outcome> drained = application().sequence().drain();
		application().awaitStage(Stage.BLOCKING);
		assertNewCallsAreRefused();
		assertThat(echo.ended()).isNotDone();
		EchoService.release("finite");
		assertThat(echo.ended().get(10, TimeUnit.SECONDS)).isEqualTo(Status.OK);
		assertThat(echo.received()).containsExactly("first", "last");
		assertThat(drained.get(10, TimeUnit.SECONDS)).isEqualTo(Outcome.CLEAN);
	}

	private void assertNewCallsAreRefused() throws Exception {
		ClientCalls.asyncServerStreamingCall(newCall(ChatService.JOIN), "me", this.answers);
		assertThat(ended().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
		assertThat(marker()).isEqualTo("rejected");
	}

	@Configuration(proxyBeanMethods = false)
	static class ChatConfiguration {

		@Bean
		@GrpcService
		ChatService chatService() {
			return new ChatService();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class StatusConfiguration extends ChatConfiguration {

		@Bean
		EndlessCallStatus endlessCallStatus() {
			return (method) -> Status.ABORTED.withDescription(method.getFullMethodName() + " goes elsewhere");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class BrokenStatusConfiguration extends ChatConfiguration {

		@Bean
		EndlessCallStatus endlessCallStatus() {
			return (method) -> {
				throw new IllegalStateException("broken");
			};
		}

	}

}
