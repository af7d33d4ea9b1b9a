package io.github.gracefulshutdown.autoconfigure.grpc;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

import io.github.gracefulshutdown.DrainGate;
import io.github.gracefulshutdown.Permit;
import io.github.gracefulshutdown.Stage;
import io.github.gracefulshutdown.autoconfigure.ShutdownSequence;
import io.grpc.BindableService;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1alpha.ServerReflectionGrpc;
import io.grpc.reflection.v1alpha.ServerReflectionRequest;
import io.grpc.reflection.v1alpha.ServerReflectionResponse;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import net.devh.boot.grpc.server.event.GrpcServerStartedEvent;
import net.devh.boot.grpc.server.service.GrpcService;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.boot.Banner;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for the drain of gRPC calls, over real connections to an application with gRPC
 * only.
 */
class GrpcDrainTests {

	private final AtomicReference<Metadata> headers = new AtomicReference<>();

	private final AtomicReference<Metadata> trailers = new AtomicReference<>();

	private final StartedListener started = new StartedListener();

	private ConfigurableApplicationContext context = start();

	private ManagedChannel channel = ManagedChannelBuilder.forAddress("localhost", this.started.port)
		.usePlaintext()
		.disableRetry()
		.build();

	private Channel capturing = ClientInterceptors.intercept(this.channel,
			MetadataUtils.newCaptureMetadataInterceptor(this.headers, this.trailers));

	@BeforeEach
	void connect() {
		assertThat(call("hello")).isEqualTo("hello");
		awaitInFlight(0); // the client has the answer before the server has ended the
							// call
	}

	private ConfigurableApplicationContext start() {
		return new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.bannerMode(Banner.Mode.OFF)
			.registerShutdownHook(false)
			.listeners(this.started)
			.properties("grpc.server.port=0", "graceful.shutdown.lame-duck.maximum=0")
			.run();
	}

	@AfterEach
	void close() {
		this.channel.shutdownNow();
		this.context.close();
	}

	private ShutdownSequence sequence() {
		return this.context.getBean(ShutdownSequence.class);
	}

	private DrainGate gate() {
		return this.context.getBean(DrainGate.class);
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
		CompletableFuture<String> inFlight = supplyAsync(() -> call("block"));
		awaitInFlight(1);
		CompletableFuture<Void> closed = CompletableFuture.runAsync(this.context::close);
		Awaitility.await().until(() -> sequence().stage() == Stage.BLOCKING);
		EchoService.release("block");
		assertThat(inFlight.get(10, TimeUnit.SECONDS)).isEqualTo("block");
		assertThat(marker(this.headers)).isEqualTo("lame-duck");
		closed.get(10, TimeUnit.SECONDS);
	}

	@Test
	void aRefusedCallIsToldThatItWasNotExecuted() throws Exception {
		sequence().drain().get(10, TimeUnit.SECONDS);
		assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(() -> call("refused")).satisfies((ex) -> {
			assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
			Metadata trailers = Objects.requireNonNull(ex.getTrailers());
			assertThat(trailers.get(DrainServerInterceptor.MARKER)).isEqualTo("rejected");
			assertThat(trailers.get(DrainServerInterceptor.PUSHBACK)).isEqualTo("0");
		});
		assertThat(EchoService.executed).doesNotContainKey("refused");
		assertThat(gate().inFlight()).isZero();
	}

	@Test
	void aFailedCallCountsOnceAndCarriesTheNoticeInItsTrailers() throws Exception {
		CompletableFuture<String> inFlight = supplyAsync(() -> call("block-and-fail"));
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
		CompletableFuture<String> inFlight = supplyAsync(() -> call("block-and-throw"));
		awaitInFlight(1);
		EchoService.release("block-and-throw");
		assertThat(inFlight).failsWithin(10, TimeUnit.SECONDS);
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
		Recorder answers = new Recorder();
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
		assertThat(answers.completed.await(10, TimeUnit.SECONDS)).isTrue();
	}

	@Test
	void aStreamThatTheClientCancelsCountsOnce() throws Exception {
		Recorder answers = new Recorder();
		StreamObserver<String> requests = converse(answers);
		requests.onNext("one");
		awaitInFlight(1);
		requests.onError(Status.CANCELLED.asRuntimeException());
		awaitInFlight(0);
	}

	@Test
	void healthIsExemptAndFollowsTheDrain() throws Exception {
		HealthGrpc.HealthBlockingStub health = HealthGrpc.newBlockingStub(this.channel);
		HealthCheckRequest overall = HealthCheckRequest.getDefaultInstance();
		assertThat(health.check(overall).getStatus()).isEqualTo(ServingStatus.SERVING);
		sequence().drain().get(10, TimeUnit.SECONDS);
		assertThat(health.check(overall).getStatus()).isEqualTo(ServingStatus.NOT_SERVING);
		sequence().resume();
		assertThat(health.check(overall).getStatus()).isEqualTo(ServingStatus.SERVING);
		assertThat(call("again")).isEqualTo("again");
	}

	@Test
	void reflectionIsExempt() throws Exception {
		sequence().drain().get(10, TimeUnit.SECONDS);
		CountDownLatch answered = new CountDownLatch(1);
		StreamObserver<ServerReflectionRequest> requests = ServerReflectionGrpc.newStub(this.channel)
			.serverReflectionInfo(new StreamObserver<>() {

				@Override
				public void onNext(ServerReflectionResponse response) {
					answered.countDown();
				}

				@Override
				public void onError(Throwable ex) {
				}

				@Override
				public void onCompleted() {
				}

			});
		requests.onNext(ServerReflectionRequest.newBuilder().setListServices("").build());
		assertThat(answered.await(10, TimeUnit.SECONDS)).isTrue();
		requests.onCompleted();
	}

	private StreamObserver<String> converse(Recorder answers) {
		return ClientCalls.asyncBidiStreamingCall(this.channel.newCall(EchoService.BIDI, CallOptions.DEFAULT), answers);
	}

	/** On a thread of its own: the common pool has but one on a small machine. */
	private static CompletableFuture<String> supplyAsync(Supplier<String> call) {
		return CompletableFuture.supplyAsync(call, (task) -> new Thread(task).start());
	}

	@Test
	void theMarkerOfAnotherInstanceIsNotPassedOn() {
		assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(() -> call("pass-on")).satisfies((ex) -> {
			Metadata trailers = Objects.requireNonNull(ex.getTrailers());
			assertThat(trailers.containsKey(DrainServerInterceptor.MARKER)).isFalse();
			assertThat(trailers.containsKey(DrainServerInterceptor.PUSHBACK)).isFalse();
			assertThat(trailers.get(EchoService.OTHER)).isEqualTo("kept");
		});
	}

	private static @Nullable String marker(AtomicReference<Metadata> metadata) {
		return Objects.requireNonNull(metadata.get()).get(DrainServerInterceptor.MARKER);
	}

	private void awaitInFlight(long expected) {
		Awaitility.await().until(() -> gate().inFlight() == expected);
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		EchoService echoService(DrainGate gate) {
			return new EchoService(gate);
		}

	}

	private static final class StartedListener implements ApplicationListener<GrpcServerStartedEvent> {

		private volatile int port;

		@Override
		public void onApplicationEvent(GrpcServerStartedEvent event) {
			this.port = event.getPort();
		}

	}

	private static final class Recorder implements StreamObserver<String> {

		private final List<String> received = new ArrayList<>();

		private final CountDownLatch completed = new CountDownLatch(1);

		@Override
		public synchronized void onNext(String value) {
			this.received.add(value);
		}

		@Override
		public void onError(Throwable ex) {
		}

		@Override
		public void onCompleted() {
			this.completed.countDown();
		}

		synchronized List<String> received() {
			return List.copyOf(this.received);
		}

	}

	/** Echoes strings; a request that says so blocks until it is released. */
	@GrpcService
	static final class EchoService implements BindableService {

		static final MethodDescriptor<String, String> UNARY = method("Unary", MethodType.UNARY);

		static final MethodDescriptor<String, String> SERVER_STREAM = method("ServerStream",
				MethodType.SERVER_STREAMING);

		static final MethodDescriptor<String, String> BIDI = method("Bidi", MethodType.BIDI_STREAMING);

		static final Metadata.Key<String> OTHER = Metadata.Key.of("other", Metadata.ASCII_STRING_MARSHALLER);

		private static final ConcurrentHashMap<String, CountDownLatch> executed = new ConcurrentHashMap<>();

		private final DrainGate gate;

		EchoService(DrainGate gate) {
			this.gate = gate;
		}

		private static MethodDescriptor<String, String> method(String name, MethodType type) {
			return MethodDescriptor.<String, String>newBuilder(StringMarshaller.INSTANCE, StringMarshaller.INSTANCE)
				.setFullMethodName(MethodDescriptor.generateFullMethodName("test.Echo", name))
				.setType(type)
				.build();
		}

		static void release(String request) {
			executed.computeIfAbsent(request, (key) -> new CountDownLatch(1)).countDown();
		}

		private static void block(String request) {
			try {
				executed.computeIfAbsent(request, (key) -> new CountDownLatch(1)).await();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}

		@Override
		public ServerServiceDefinition bindService() {
			return ServerServiceDefinition.builder("test.Echo")
				.addMethod(UNARY, ServerCalls.asyncUnaryCall(this::unary))
				.addMethod(SERVER_STREAM, ServerCalls.asyncServerStreamingCall(this::stream))
				.addMethod(BIDI, ServerCalls.asyncBidiStreamingCall(this::echo))
				.build();
		}

		private void unary(String request, StreamObserver<String> response) {
			if (request.equals("pass-on")) {
				Metadata trailers = new Metadata();
				trailers.put(DrainServerInterceptor.MARKER, "rejected");
				trailers.put(DrainServerInterceptor.PUSHBACK, "0");
				trailers.put(OTHER, "kept");
				response.onError(Status.UNAVAILABLE.asRuntimeException(trailers));
				return;
			}
			if (request.startsWith("block")) {
				block(request);
			}
			if (request.endsWith("throw")) {
				throw new IllegalStateException("handler broken");
			}
			if (request.endsWith("fail")) {
				response.onError(Status.FAILED_PRECONDITION.asRuntimeException());
				return;
			}
			response.onNext(request);
			response.onCompleted();
		}

		private void stream(String request, StreamObserver<String> response) {
			response.onNext("first");
			block(request);
			response.onNext("last");
			response.onCompleted();
		}

		private StreamObserver<String> echo(StreamObserver<String> response) {
			return new StreamObserver<>() {

				@Override
				public void onNext(String value) {
					try (Permit job = EchoService.this.gate.enter("job", value)) {
						assertThat(job).isNotNull();
						response.onNext(value);
					}
				}

				@Override
				public void onError(Throwable ex) {
				}

				@Override
				public void onCompleted() {
					response.onCompleted();
				}

			};
		}

	}

	private enum StringMarshaller implements MethodDescriptor.Marshaller<String> {

		INSTANCE;

		@Override
		public InputStream stream(@Nullable String value) {
			return new ByteArrayInputStream(Objects.requireNonNull(value).getBytes(StandardCharsets.UTF_8));
		}

		@Override
		public String parse(InputStream stream) {
			try {
				return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

	}

}
