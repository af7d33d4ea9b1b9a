package io.github.gracefulshutdown.autoconfigure.grpc;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.gracefulshutdown.DrainGate;
import io.github.gracefulshutdown.Permit;
import io.grpc.BindableService;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;

import static org.assertj.core.api.Assertions.assertThat;

/** Echoes strings; a request that says so blocks until it is released. */
final class EchoService implements BindableService {

	static final MethodDescriptor<String, String> UNARY = method("Unary", MethodType.UNARY);

	static final MethodDescriptor<String, String> SERVER_STREAM = method("ServerStream", MethodType.SERVER_STREAMING);

	static final MethodDescriptor<String, String> BIDI = method("Bidi", MethodType.BIDI_STREAMING);

	static final MethodDescriptor<String, String> BROKEN = method("Broken", MethodType.UNARY);

	static final Metadata.Key<String> OTHER = Metadata.Key.of("other", Metadata.ASCII_STRING_MARSHALLER);

	static final Duration PAUSE = Duration.ofSeconds(3);

	static final ConcurrentHashMap<String, CountDownLatch> executed = new ConcurrentHashMap<>();

	/** The requests that were blocked when the server learned that they are cancelled. */
	static final Set<String> cancelled = ConcurrentHashMap.newKeySet();

	/** What else is done for a request. */
	static final ConcurrentHashMap<String, Runnable> actions = new ConcurrentHashMap<>();

	/** How many threads pause. */
	static final AtomicInteger pausing = new AtomicInteger();

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

	/** Takes as long as a call may that nobody can hurry. */
	static void pause() {
		pausing.incrementAndGet();
		try {
			assertThat(new CountDownLatch(1).await(PAUSE.toMillis(), TimeUnit.MILLISECONDS)).isFalse();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
		finally {
			pausing.decrementAndGet();
		}
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
			.addMethod(BROKEN, EchoService::fail)
			.build();
	}

	private static ServerCall.Listener<String> fail(ServerCall<String, String> call, Metadata headers) {
		throw new IllegalStateException("handler broken from the start");
	}

	private void unary(String request, StreamObserver<String> response) {
		if (request.equals("pass-on")) {
			Metadata trailers = new Metadata();
			trailers.put(DrainServerInterceptor.MARKER, "rejected");
			trailers.put(DrainServerInterceptor.INSTANCE, "other");
			trailers.put(DrainServerInterceptor.PUSHBACK, "0");
			trailers.put(OTHER, "kept");
			response.onNext(request); // Tomcat cannot send trailers alone
			response.onError(Status.UNAVAILABLE.asRuntimeException(trailers));
			return;
		}
		actions.getOrDefault(request, () -> {
		}).run();
		if (request.startsWith("pause")) {
			pause();
		}
		if (request.startsWith("block")) {
			Context.current().addListener((context) -> cancelled.add(request), Runnable::run);
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
