package io.github.gracefulshutdown.sample;

import io.github.gracefulshutdown.sample.proto.StreamRequest;
import io.github.gracefulshutdown.sample.proto.WorkReply;
import io.github.gracefulshutdown.sample.proto.WorkRequest;
import io.github.gracefulshutdown.sample.proto.WorkServiceGrpc.WorkServiceImplBase;
import io.grpc.stub.StreamObserver;
import net.devh.boot.grpc.server.service.GrpcService;

/** The work over gRPC. Every reply carries the id of the request. */
@GrpcService
class GrpcWorkService extends WorkServiceImplBase {

	private final Ledger ledger;

	GrpcWorkService(Ledger ledger) {
		this.ledger = ledger;
	}

	@Override
	public void work(WorkRequest request, StreamObserver<WorkReply> replies) {
		replies.onNext(work(request));
		replies.onCompleted();
	}

	@Override
	public void stream(StreamRequest request, StreamObserver<WorkReply> replies) {
		Execution execution = this.ledger.begin(request.getRequestId());
		for (int i = 0; i < request.getN(); i++) {
			execution.work(request.getMs());
			replies.onNext(replyTo(execution));
		}
		execution.finish();
		replies.onCompleted();
	}

	@Override
	public StreamObserver<WorkRequest> converse(StreamObserver<WorkReply> replies) {
		return new StreamObserver<>() {

			@Override
			public void onNext(WorkRequest request) {
				replies.onNext(work(request));
			}

			@Override
			public void onError(Throwable ex) {
				// The caller has left: nobody waits for a reply.
			}

			@Override
			public void onCompleted() {
				replies.onCompleted();
			}

		};
	}

	private WorkReply work(WorkRequest request) {
		Execution execution = this.ledger.begin(request.getRequestId());
		execution.work(request.getMs());
		execution.finish();
		return replyTo(execution);
	}

	private static WorkReply replyTo(Execution execution) {
		return WorkReply.newBuilder().setRequestId(execution.requestId()).build();
	}

}
