package io.github.gracefulshutdown.autoconfigure.grpc;

import java.util.Locale;

import io.github.gracefulshutdown.Permit;
import io.github.gracefulshutdown.autoconfigure.RequestAdmission;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCall.Listener;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;

import org.springframework.core.Ordered;

/**
 * Counts each call until it completes or is cancelled, has its answer carry the notice,
 * and refuses it when the gate is closed. Health and reflection are exempt.
 */
final class DrainServerInterceptor implements ServerInterceptor, Ordered {

	static final Metadata.Key<String> MARKER = Metadata.Key.of(RequestAdmission.MARKER_NAME.toLowerCase(Locale.ROOT),
			Metadata.ASCII_STRING_MARSHALLER);

	// See gRFC A6: how long a client waits before it tries again, here not at all.
	static final Metadata.Key<String> PUSHBACK = Metadata.Key.of("grpc-retry-pushback-ms",
			Metadata.ASCII_STRING_MARSHALLER);

	private final RequestAdmission admission;

	DrainServerInterceptor(RequestAdmission admission) {
		this.admission = admission;
	}

	@Override
	public int getOrder() {
		return HIGHEST_PRECEDENCE + 10;
	}

	@Override
	public <Q, R> Listener<Q> interceptCall(ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
		String method = call.getMethodDescriptor().getFullMethodName();
		if (isExempt(method)) {
			return next.startCall(call, headers);
		}
		Permit permit = this.admission.tryEnter(method);
		if (permit == null) {
			return reject(call);
		}
		try {
			return new ReleasingListener<>(next.startCall(new NoticeCall<>(call, this.admission), headers), permit);
		}
		catch (RuntimeException | Error ex) { // gRPC closes the call and tells no
												// listener
			permit.close();
			throw ex;
		}
	}

	private static boolean isExempt(String method) {
		return method.startsWith("grpc.health.") || method.startsWith("grpc.reflection.");
	}

	private static <Q, R> Listener<Q> reject(ServerCall<Q, R> call) {
		Metadata trailers = new Metadata();
		trailers.put(MARKER, RequestAdmission.MARKER_REJECTED);
		trailers.put(PUSHBACK, "0");
		call.close(
				Status.UNAVAILABLE.withDescription(
						"This instance is shutting down. The call was not executed: send it to another instance."),
				trailers);
		return new Listener<>() {
		};
	}

	/** Tells the notice in the headers, or in the trailers of a call without headers. */
	private static final class NoticeCall<Q, R> extends SimpleForwardingServerCall<Q, R> {

		private final RequestAdmission admission;

		private boolean headersSent;

		NoticeCall(ServerCall<Q, R> call, RequestAdmission admission) {
			super(call);
			this.admission = admission;
		}

		@Override
		public void sendHeaders(Metadata headers) {
			this.headersSent = true;
			super.sendHeaders(withMarker(headers, this.admission.isNoticeDue()));
		}

		@Override
		public void close(Status status, Metadata trailers) {
			super.close(status, withMarker(trailers, !this.headersSent && this.admission.isNoticeDue()));
		}

		/*
		 * The metadata may be that of a call to another instance that the handler passes
		 * on. What the other says of itself is not true of this one: a caller that takes
		 * its "rejected" for ours would have a call executed twice.
		 */
		private static Metadata withMarker(Metadata metadata, boolean noticeDue) {
			boolean passedOn = metadata.containsKey(MARKER);
			if (!passedOn && !noticeDue) {
				return metadata;
			}
			Metadata own = new Metadata();
			own.merge(metadata);
			if (passedOn) {
				own.discardAll(MARKER);
				own.discardAll(PUSHBACK);
			}
			if (noticeDue) {
				own.put(MARKER, RequestAdmission.MARKER_LAME_DUCK);
			}
			return own;
		}

	}

	/**
	 * Tells which thread the handler runs on, and gives the permit back. Exactly one of
	 * the two ends comes, after the last message.
	 */
	private static final class ReleasingListener<Q> extends SimpleForwardingServerCallListener<Q> {

		private final Permit permit;

		ReleasingListener(Listener<Q> listener, Permit permit) {
			super(listener);
			this.permit = permit;
		}

		@Override
		public void onMessage(Q message) {
			this.permit.continueHere();
			super.onMessage(message);
		}

		@Override
		public void onHalfClose() {
			this.permit.continueHere();
			super.onHalfClose();
		}

		@Override
		public void onComplete() {
			try {
				super.onComplete();
			}
			finally {
				this.permit.close();
			}
		}

		@Override
		public void onCancel() {
			try {
				super.onCancel();
			}
			finally {
				this.permit.close();
			}
		}

	}

}
