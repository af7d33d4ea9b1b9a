package io.github.gracefulshutdown.autoconfigure.grpc;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;

/** Records what a client receives, and how the call ended. */
final class Recorder<T> implements StreamObserver<T> {

	private final List<T> received = new ArrayList<>();

	private final CompletableFuture<Status> ended = new CompletableFuture<>();

	@Override
	public synchronized void onNext(T value) {
		this.received.add(value);
	}

	@Override
	public void onError(Throwable ex) {
		this.ended.complete(Status.fromThrowable(ex));
	}

	@Override
	public void onCompleted() {
		this.ended.complete(Status.OK);
	}

	synchronized List<T> received() {
		return List.copyOf(this.received);
	}

	/** Returns what completes with the status that the call ends with. */
	CompletableFuture<Status> ended() {
		return this.ended;
	}

}
