package io.github.gracefulshutdown.sample.load;

import java.net.ConnectException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;

import io.github.gracefulshutdown.sample.process.Instance;
import io.github.gracefulshutdown.sample.proto.StreamRequest;
import io.github.gracefulshutdown.sample.proto.WorkReply;
import io.github.gracefulshutdown.sample.proto.WorkRequest;
import io.github.gracefulshutdown.sample.proto.WorkServiceGrpc;
import io.github.gracefulshutdown.sample.proto.WorkServiceGrpc.WorkServiceStub;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import org.jspecify.annotations.Nullable;

/** Calls over gRPC, with one channel an instance and without any retry. */
final class GrpcCaller implements AutoCloseable {

	private static final Metadata.Key<String> MARKER = Metadata.Key.of("graceful-shutdown",
			Metadata.ASCII_STRING_MARSHALLER);

	private final Map<Instance, ManagedChannel> channels = new HashMap<>();

	Outcome send(Call call, Instance instance) throws InterruptedException {
		return outcome(call, start(call, instance));
	}

	static Outcome outcome(Call call, Replies replies) throws InterruptedException {
		try {
			List<String> answer = replies.answer().get();
			return answer.equals(call.answer()) ? Outcome.OK : Outcome.of(Outcome.Type.OTHER, "Answer " + answer);
		}
		catch (ExecutionException ex) {
			return outcome(ex);
		}
	}

	/** Leaves the channels to all other instances; calls in flight on them go on. */
	synchronized void retain(List<Instance> instances) {
		Map<Instance, ManagedChannel> left = new HashMap<>(this.channels);
		left.keySet().removeAll(instances);
		left.values().forEach(ManagedChannel::shutdown);
		this.channels.keySet().retainAll(instances);
	}

	// In one step, so that no channel is shut down between being chosen and being used.
	private synchronized Replies start(Call call, Instance instance) {
		return start(WorkServiceGrpc.newStub(this.channels.computeIfAbsent(instance, GrpcCaller::channelTo)), call);
	}

	static Replies start(WorkServiceStub service, Call call) {
		WorkServiceStub stub = service.withDeadlineAfter(Callers.TIMEOUT);
		Replies replies = new Replies();
		switch (call.kind()) {
			case SERVER_STREAM -> stub.stream(
					StreamRequest.newBuilder().setRequestId(call.id()).setN(call.parts()).setMs(call.ms()).build(),
					replies);
			case BIDIRECTIONAL -> {
				StreamObserver<WorkRequest> requests = stub.converse(replies);
				call.answer().forEach((id) -> requests.onNext(work(id, call.ms())));
				requests.onCompleted();
			}
			default -> stub.work(work(call.id(), call.parts() * call.ms()), replies);
		}
		return replies;
	}

	private static ManagedChannel channelTo(Instance instance) {
		return Grpc
			.newChannelBuilderForAddress(instance.host(), instance.grpcPort(), InsecureChannelCredentials.create())
			.disableRetry()
			.build();
	}

	private static WorkRequest work(String id, int ms) {
		return WorkRequest.newBuilder().setRequestId(id).setMs(ms).build();
	}

	private static Outcome outcome(Throwable failure) {
		Status status = Status.fromThrowable(failure);
		return Outcome.of(type(status, Status.trailersFromThrowable(failure)),
				status.getCode() + ", " + status.getDescription());
	}

	private static Outcome.Type type(Status status, @Nullable Metadata trailers) {
		return switch (status.getCode()) {
			case UNAVAILABLE -> {
				if (trailers != null && "rejected".equals(trailers.get(MARKER))) {
					yield Outcome.Type.REJECTED;
				}
				yield (status.getCause() instanceof ConnectException) ? Outcome.Type.REFUSED : Outcome.Type.CLOSED;
			}
			case CANCELLED -> Outcome.Type.CLOSED;
			case DEADLINE_EXCEEDED -> Outcome.Type.TIMEOUT;
			default -> Outcome.Type.OTHER;
		};
	}

	@Override
	public synchronized void close() {
		this.channels.values().forEach(ManagedChannel::shutdownNow);
	}

}
