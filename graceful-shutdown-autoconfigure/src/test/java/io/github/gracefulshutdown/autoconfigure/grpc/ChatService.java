package io.github.gracefulshutdown.autoconfigure.grpc;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import io.grpc.BindableService;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;

/** Streams that do not end by themselves. */
final class ChatService implements BindableService {

	static final MethodDescriptor<String, String> JOIN = method("Join", MethodType.SERVER_STREAMING);

	static final MethodDescriptor<String, String> TALK = method("Talk", MethodType.BIDI_STREAMING);

	static final MethodDescriptor<String, String> UPLOAD = method("Upload", MethodType.CLIENT_STREAMING);

	/** The stream to the client that has called last. */
	final CompletableFuture<ServerCallStreamObserver<String>> client = new CompletableFuture<>();

	/** How many messages have come. */
	final AtomicInteger received = new AtomicInteger();

	/** Told when that call was cancelled. */
	final CountDownLatch cancelled = new CountDownLatch(1);

	private static MethodDescriptor<String, String> method(String name, MethodType type) {
		return MethodDescriptor.<String, String>newBuilder(StringMarshaller.INSTANCE, StringMarshaller.INSTANCE)
			.setFullMethodName(MethodDescriptor.generateFullMethodName("test.Chat", name))
			.setType(type)
			.build();
	}

	@Override
	public ServerServiceDefinition bindService() {
		return ServerServiceDefinition.builder("test.Chat")
			.addMethod(JOIN, ServerCalls.asyncServerStreamingCall(this::join))
			.addMethod(TALK, ServerCalls.asyncBidiStreamingCall(this::talk))
			.addMethod(UPLOAD, ServerCalls.asyncClientStreamingCall(this::talk))
			.build();
	}

	private void join(String request, StreamObserver<String> response) {
		listen(response);
		response.onNext("joined");
	}

	private StreamObserver<String> talk(StreamObserver<String> response) {
		listen(response);
		return new StreamObserver<>() {

			@Override
			public void onNext(String value) {
				ChatService.this.received.incrementAndGet();
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

	private void listen(StreamObserver<String> response) {
		ServerCallStreamObserver<String> observer = (ServerCallStreamObserver<String>) response;
		observer.setOnCancelHandler(this.cancelled::countDown);
		this.client.complete(observer);
	}

}
