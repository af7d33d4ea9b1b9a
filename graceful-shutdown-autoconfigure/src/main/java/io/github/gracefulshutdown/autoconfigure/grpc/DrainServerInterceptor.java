package io.github.gracefulshutdown.autoconfigure.grpc;

import java.util.Locale;

import io.github.gracefulshutdown.Permit;
import io.github.gracefulshutdown.autoconfigure.ForeignText;
import io.github.gracefulshutdown.autoconfigure.RequestAdmission;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCall.Listener;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

import org.springframework.core.Ordered;

/**
 * Counts each call until it completes or is cancelled, has its answer carry the notice,
 * and refuses it when the gate is closed. Health and reflection are exempt.
 */
final class DrainServerInterceptor implements ServerInterceptor, Ordered {

	static final Metadata.Key<String> MARKER = Metadata.Key.of(RequestAdmission.MARKER_NAME.toLowerCase(Locale.ROOT),
			Metadata.ASCII_STRING_MARSHALLER);

	static final Metadata.Key<String> INSTANCE = Metadata.Key
		.of(RequestAdmission.INSTANCE_NAME.toLowerCase(Locale.ROOT), Metadata.ASCII_STRING_MARSHALLER);

	// See gRFC A6: how long a client waits before it tries again, here not at all.
	static final Metadata.Key<String> PUSHBACK = Metadata.Key.of("grpc-retry-pushback-ms",
			Metadata.ASCII_STRING_MARSHALLER);

	private static final String HEALTH = "grpc.health.";

	private static final EndlessCallStatus LEAVING = (method) -> Status.UNAVAILABLE
		.withDescription("This instance is shutting down.");

	private final RequestAdmission admission;

	private final EndlessCalls endlessCalls;

	private final LingeringCalls lingeringCalls;

	private final GrpcServers servers;

	private final @Nullable GrpcHealth health;

	private final @Nullable GrpcServletPaths servletPaths;

	/**
	 * Creates the interceptor.
	 * @param lingeringCalls where the calls go that nobody waits for
	 * @param servers the servers that the calls come to
	 * @param health the health service, or {@code null} if there is none
	 * @param servletPaths the paths of gRPC inside a servlet container, or {@code null}
	 * if it does not run there
	 */
	DrainServerInterceptor(RequestAdmission admission, EndlessCalls endlessCalls, LingeringCalls lingeringCalls,
			GrpcServers servers, @Nullable GrpcHealth health, @Nullable GrpcServletPaths servletPaths) {
		this.admission = admission;
		this.endlessCalls = endlessCalls;
		this.lingeringCalls = lingeringCalls;
		this.servers = servers;
		this.health = health;
		this.servletPaths = servletPaths;
	}

	@Override
	public int getOrder() {
		return HIGHEST_PRECEDENCE + 10;
	}

	@Override
	public <Q, R> Listener<Q> interceptCall(ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
		boolean fromServlet = this.servletPaths != null && this.servletPaths.exist();
		return intercept(fromServlet ? new ServletCall<>(call) : call, headers, next);
	}

	private <Q, R> Listener<Q> intercept(ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
		String method = call.getMethodDescriptor().getFullMethodName();
		if (isExempt(method)) {
			return startExempt(call, headers, next);
		}
		Permit permit = this.admission.tryEnter(ForeignText.of(method));
		if (permit == null) {
			this.servers.shutDownIfClosing(); // the context may close during a drain
			refuse(call, this.admission);
			return new Listener<>() {
			};
		}
		try {
			Listener<Q> listener = this.endlessCalls.contains(method) ? startEndless(call, headers, next, permit)
					: next.startCall(new NoticeCall<>(call, this.admission), headers);
			permit.leaveHere(); // what follows comes on other threads
			return new ReleasingListener<>(listener, permit);
		}
		catch (RuntimeException | Error ex) { // gRPC closes the call and tells no
												// listener
			permit.close();
			throw ex;
		}
	}

	static boolean isExempt(String method) {
		return method.startsWith(HEALTH) || method.startsWith("grpc.reflection.");
	}

	private <Q, R> Listener<Q> startExempt(ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
		GrpcHealth health = this.health;
		if (health == null || !call.getMethodDescriptor().getFullMethodName().startsWith(HEALTH)) {
			return startLingering(new EndableCall<>(call, this.admission, LEAVING), headers, next);
		}
		HealthCall<Q, R> healthCall = new HealthCall<>(call, this.admission, LEAVING, health, headers);
		Listener<Q> listener = startLingering(healthCall, headers, next);
		healthCall.whenOver(health.add(healthCall));
		return listener;
	}

	/** Starts a call that does not end by itself, and that may not be waited for. */
	private <Q, R> Listener<Q> startEndless(ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next,
			Permit permit) {
		EndableCall<Q, R> endable = new EndableCall<>(call, this.admission, this.endlessCalls.endStatus());
		Listener<Q> listener = startLingering(endable, headers, next);
		endable.whenOver(this.endlessCalls.add(permit, endable));
		return listener;
	}

	private <Q, R> Listener<Q> startLingering(EndableCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
		Listener<Q> listener = call.start(headers, next);
		call.whenOver(this.lingeringCalls.add(call));
		return listener;
	}

	/** Answers that nothing was executed. */
	static void refuse(ServerCall<?, ?> call, RequestAdmission admission) {
		Metadata trailers = new Metadata();
		trailers.put(MARKER, RequestAdmission.MARKER_REJECTED);
		trailers.put(INSTANCE, admission.instanceId());
		trailers.put(PUSHBACK, "0");
		call.close(
				Status.UNAVAILABLE.withDescription(
						"This instance is shutting down. The call was not executed: send it to another instance."),
				trailers);
	}

	/**
	 * Tells when which thread is at the call, and gives the permit back. Exactly one of
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
			try {
				super.onMessage(message);
			}
			finally {
				this.permit.leaveHere();
			}
		}

		@Override
		public void onHalfClose() {
			this.permit.continueHere();
			try {
				super.onHalfClose();
			}
			finally {
				this.permit.leaveHere();
			}
		}

		@Override
		public void onReady() {
			this.permit.continueHere();
			try {
				super.onReady();
			}
			finally {
				this.permit.leaveHere();
			}
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
