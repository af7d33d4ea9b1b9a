package io.github.gracefulshutdown.autoconfigure.grpc;

import io.github.gracefulshutdown.autoconfigure.RequestAdmission;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;

/** Tells the notice in the headers, or in the trailers if it was not due before. */
class NoticeCall<Q, R> extends SimpleForwardingServerCall<Q, R> {

	private final RequestAdmission admission;

	private boolean noticeGiven;

	NoticeCall(ServerCall<Q, R> call, RequestAdmission admission) {
		super(call);
		this.admission = admission;
	}

	final RequestAdmission admission() {
		return this.admission;
	}

	@Override
	public void sendHeaders(Metadata headers) {
		this.noticeGiven = this.admission.isNoticeDue();
		super.sendHeaders(withMarker(headers, this.noticeGiven));
	}

	@Override
	public void close(Status status, Metadata trailers) {
		super.close(status, withMarker(trailers, !this.noticeGiven && this.admission.isNoticeDue()));
	}

	/*
	 * The metadata may be that of a call to another instance that the handler passes on.
	 * What the other says of itself is not true of this one: a caller that takes its
	 * "rejected" for ours would have a call executed twice.
	 */
	private Metadata withMarker(Metadata metadata, boolean noticeDue) {
		boolean passedOn = metadata.containsKey(DrainServerInterceptor.MARKER);
		if (!passedOn && !noticeDue) {
			return metadata;
		}
		Metadata own = new Metadata();
		own.merge(metadata);
		if (passedOn) {
			own.discardAll(DrainServerInterceptor.MARKER);
			own.discardAll(DrainServerInterceptor.INSTANCE);
			own.discardAll(DrainServerInterceptor.PUSHBACK);
		}
		if (noticeDue) {
			own.put(DrainServerInterceptor.MARKER, RequestAdmission.MARKER_LAME_DUCK);
			own.put(DrainServerInterceptor.INSTANCE, this.admission.instanceId());
		}
		return own;
	}

}
