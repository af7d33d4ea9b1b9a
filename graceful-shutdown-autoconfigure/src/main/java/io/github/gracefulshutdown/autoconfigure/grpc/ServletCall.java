package io.github.gracefulshutdown.autoconfigure.grpc;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;

/**
 * Call that a servlet container has received. If its trailers tell of the drain it has
 * headers before them: Tomcat cannot send trailers alone, and its client would take what
 * it gets instead for a broken answer.
 */
final class ServletCall<Q, R> extends SimpleForwardingServerCall<Q, R> {

	private boolean headersSent;

	ServletCall(ServerCall<Q, R> call) {
		super(call);
	}

	@Override
	public void sendHeaders(Metadata headers) {
		this.headersSent = true;
		super.sendHeaders(headers);
	}

	@Override
	public void close(Status status, Metadata trailers) {
		if (!this.headersSent && trailers.containsKey(DrainServerInterceptor.MARKER)) {
			sendHeaders(new Metadata());
		}
		super.close(status, trailers);
	}

}
