package io.github.gracefulshutdown.autoconfigure.caller;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;

/**
 * An instance with gRPC on a real port that answers as it is told, and keeps what it
 * executes. Its messages are those of the health service, because they are there.
 */
final class ScriptedGrpcInstance implements AutoCloseable {

	static final MethodDescriptor<HealthCheckRequest, HealthCheckResponse> UNARY = method("Unary", MethodType.UNARY);

	static final MethodDescriptor<HealthCheckRequest, HealthCheckResponse> SERVER_STREAM = method("ServerStream",
			MethodType.SERVER_STREAMING);

	static final MethodDescriptor<HealthCheckRequest, HealthCheckResponse> CLIENT_STREAM = method("ClientStream",
			MethodType.CLIENT_STREAMING);

	/** Is not there, and neither counted nor refused. */
	static final MethodDescriptor<HealthCheckRequest, HealthCheckResponse> UNKNOWN = method("Unknown",
			MethodType.UNARY);

	static final Metadata.Key<String> MARKER = key("graceful-shutdown");

	static final Metadata.Key<String> INSTANCE = key("graceful-shutdown-instance");

	static final Metadata.Key<String> PUSHBACK = key("grpc-retry-pushback-ms");

	private final Server server;

	private final List<String> executed = new CopyOnWriteArrayList<>();

	private final AtomicInteger calls = new AtomicInteger();

	private volatile Answer answer = Answer.SERVES;

	ScriptedGrpcInstance() throws IOException {
		ServerServiceDefinition service = ServerServiceDefinition.builder("test.Scripted")
			.addMethod(UNARY, ServerCalls.asyncUnaryCall(this::unary))
			.addMethod(SERVER_STREAM, ServerCalls.asyncServerStreamingCall(this::stream))
			.addMethod(CLIENT_STREAM, ServerCalls.asyncClientStreamingCall(this::collect))
			.build();
		this.server = Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
			.addService(ServerInterceptors.intercept(service, new Script()))
			.build()
			.start();
	}

	private static MethodDescriptor<HealthCheckRequest, HealthCheckResponse> method(String name, MethodType type) {
		return HealthGrpc.getCheckMethod()
			.toBuilder()
			.setFullMethodName(MethodDescriptor.generateFullMethodName("test.Scripted", name))
			.setType(type)
			.build();
	}

	private static Metadata.Key<String> key(String name) {
		return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
	}

	ScriptedGrpcInstance that(Answer answer) {
		this.answer = answer;
		return this;
	}

	int port() {
		return this.server.getPort();
	}

	/** Returns how many calls have come. */
	int calls() {
		return this.calls.get();
	}

	/** Returns the requests that were executed. */
	List<String> executed() {
		return this.executed;
	}

	private void unary(HealthCheckRequest request, StreamObserver<HealthCheckResponse> response) {
		this.executed.add(request.getService());
		if (this.answer == Answer.FAILS) {
			response.onError(Status.UNAVAILABLE.asRuntimeException());
			return;
		}
		response.onNext(HealthCheckResponse.getDefaultInstance());
		response.onCompleted();
	}

	private void stream(HealthCheckRequest request, StreamObserver<HealthCheckResponse> response) {
		this.executed.add(request.getService());
		response.onNext(HealthCheckResponse.getDefaultInstance());
		if (this.answer == Answer.BREAKS_OFF) {
			response.onError(Status.UNAVAILABLE.asRuntimeException(marked("rejected")));
			return;
		}
		response.onNext(HealthCheckResponse.getDefaultInstance());
		response.onCompleted();
	}

	private StreamObserver<HealthCheckRequest> collect(StreamObserver<HealthCheckResponse> response) {
		return new StreamObserver<>() {

			@Override
			public void onNext(HealthCheckRequest request) {
				ScriptedGrpcInstance.this.executed.add(request.getService());
			}

			@Override
			public void onError(Throwable ex) {
			}

			@Override
			public void onCompleted() {
				response.onNext(HealthCheckResponse.getDefaultInstance());
				response.onCompleted();
			}

		};
	}

	private static Metadata marked(String marker) {
		Metadata metadata = new Metadata();
		metadata.put(MARKER, marker);
		metadata.put(INSTANCE, "an-instance");
		if (marker.equals("rejected")) {
			metadata.put(PUSHBACK, "0");
		}
		return metadata;
	}

	@Override
	public void close() {
		this.server.shutdownNow();
	}

	private final class Script implements ServerInterceptor {

		@Override
		public <Q, R> ServerCall.Listener<Q> interceptCall(ServerCall<Q, R> call, Metadata headers,
				ServerCallHandler<Q, R> next) {
			ScriptedGrpcInstance.this.calls.incrementAndGet();
			Answer now = ScriptedGrpcInstance.this.answer;
			if (now == Answer.REFUSES || now == Answer.REFUSES_IN_OTHER_WORDS) {
				call.close((now == Answer.REFUSES) ? Status.UNAVAILABLE : Status.INTERNAL, marked("rejected"));
				return new ServerCall.Listener<>() {
				};
			}
			return next.startCall(new SimpleForwardingServerCall<>(call) {

				@Override
				public void sendHeaders(Metadata headers) {
					if (now == Answer.LAME_DUCK) {
						headers.merge(marked("lame-duck"));
					}
					super.sendHeaders(headers);
				}

			}, headers);
		}

	}

	enum Answer {

		SERVES, LAME_DUCK, REFUSES,
		/** Refuses with the marker, and with the status of something else. */
		REFUSES_IN_OTHER_WORDS,
		/** Has executed the call, and says nothing of the shutdown. */
		FAILS,
		/** Has sent a message, and says then that it refuses. */
		BREAKS_OFF

	}

}
