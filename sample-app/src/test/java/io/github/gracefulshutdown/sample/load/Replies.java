package io.github.gracefulshutdown.sample.load;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.github.gracefulshutdown.sample.proto.WorkReply;
import io.grpc.stub.StreamObserver;

/** Collects the replies of one gRPC call until it has ended. */
final class Replies implements StreamObserver<WorkReply> {

	private final List<String> requestIds = new ArrayList<>();

	private final CompletableFuture<List<String>> answer = new CompletableFuture<>();

	CompletableFuture<List<String>> answer() {
		return this.answer;
	}

	@Override
	public void onNext(WorkReply reply) {
		this.requestIds.add(reply.getRequestId());
	}

	@Override
	public void onError(Throwable ex) {
		this.answer.completeExceptionally(ex);
	}

	@Override
	public void onCompleted() {
		this.answer.complete(this.requestIds);
	}

}
