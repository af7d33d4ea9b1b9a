package io.github.gracefulshutdown.autoconfigure.caller;

import java.net.SocketAddress;
import java.util.function.Supplier;

import io.grpc.Attributes;
import io.grpc.ClientCall;
import io.grpc.ForwardingClientCallListener;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * A gRPC call that goes to another instance if it was not executed, as long as nothing of
 * an answer has been passed on and the client sends a single message.
 *
 * @param <Q> the type of what is sent
 * @param <R> the type of what is received
 */
final class RetryingCall<Q, R> extends ClientCall<Q, R> {

	private final Supplier<ClientCall<Q, R>> attempts;

	private final Call call;

	private final ServingBalancers balancers;

	// What follows is guarded by this: the client goes on while an attempt ends.
	private ClientCall<Q, R> attempt;

	private boolean repeatable;

	private Metadata headers = new Metadata();

	private int requested;

	private @Nullable Boolean compressed;

	private @Nullable Q message;

	private boolean halfClosed;

	private @Nullable Status cancelled;

	/**
	 * Creates a call.
	 * @param attempts makes the call to one instance
	 * @param repeatable whether what the client sends can be sent again
	 */
	RetryingCall(Supplier<ClientCall<Q, R>> attempts, Call call, ServingBalancers balancers, boolean repeatable) {
		this.attempts = attempts;
		this.call = call;
		this.balancers = balancers;
		this.repeatable = repeatable;
		this.attempt = attempts.get();
	}

	@Override // comes before all others
	public void start(Listener<R> listener, Metadata headers) {
		this.headers.merge(headers); // an attempt adds its own
		this.attempt.start(new AttemptListener(this.attempt, listener), headers);
	}

	@Override
	public synchronized void request(int messages) {
		this.requested = (int) Math.min((long) this.requested + messages, Integer.MAX_VALUE);
		this.attempt.request(messages);
	}

	@Override
	public synchronized void setMessageCompression(boolean enabled) {
		this.compressed = enabled;
		this.attempt.setMessageCompression(enabled);
	}

	@Override
	public synchronized void sendMessage(Q message) {
		if (this.repeatable) {
			this.message = message;
		}
		this.attempt.sendMessage(message);
	}

	@Override
	public synchronized void halfClose() {
		this.halfClosed = true;
		this.attempt.halfClose();
	}

	@Override
	public synchronized void cancel(@Nullable String message, @Nullable Throwable cause) {
		this.cancelled = Status.CANCELLED.withDescription(message).withCause(cause);
		this.attempt.cancel(message, cause);
	}

	@Override
	public synchronized boolean isReady() {
		return this.attempt.isReady();
	}

	@Override
	public synchronized Attributes getAttributes() {
		return this.attempt.getAttributes();
	}

	private synchronized void answered() {
		this.repeatable = false;
		this.message = null;
	}

	private synchronized boolean isRepeatable() {
		return this.repeatable && this.cancelled == null;
	}

	private boolean retries() {
		return this.call.retries(isRepeatable() && this.call.knowsAnother());
	}

	private void retry(Listener<R> listener) {
		this.balancers.execute(this.call.service(), () -> {
			Status failure = attempt(listener);
			if (failure != null) {
				listener.onClose(failure, new Metadata());
			}
		});
	}

	/** Returns why there is no other attempt, or {@code null} if there is one. */
	private synchronized @Nullable Status attempt(Listener<R> listener) {
		if (this.cancelled != null) {
			return this.cancelled;
		}
		ClientCall<Q, R> again;
		try {
			again = this.attempts.get();
			Metadata own = new Metadata();
			own.merge(this.headers);
			again.start(new AttemptListener(again, listener), own);
		}
		catch (RuntimeException | Error ex) { // of what stands inside of us
			return Status.fromThrowable(ex);
		}
		this.attempt = again;
		try {
			replay(again);
		}
		catch (RuntimeException | Error ex) {
			again.cancel(null, ex);
		}
		return null;
	}

	private void replay(ClientCall<Q, R> again) {
		if (this.compressed != null) {
			again.setMessageCompression(this.compressed);
		}
		again.request(this.requested);
		if (this.message != null) {
			again.sendMessage(this.message);
		}
		if (this.halfClosed) {
			again.halfClose();
		}
	}

	private final class AttemptListener extends ForwardingClientCallListener<R> {

		private final ClientCall<Q, R> attempt;

		private final Listener<R> delegate;

		private boolean answered;

		AttemptListener(ClientCall<Q, R> attempt, Listener<R> delegate) {
			this.attempt = attempt;
			this.delegate = delegate;
		}

		@Override
		protected Listener<R> delegate() {
			return this.delegate;
		}

		@Override
		public void onHeaders(Metadata headers) {
			answered();
			isRefusedBy(MarkerMetadata.notice(headers));
			MarkerMetadata.remove(headers);
			super.onHeaders(headers);
		}

		@Override
		public void onClose(Status status, Metadata trailers) {
			Notice notice = MarkerMetadata.notice(trailers, status.getCode());
			if (notice != null && isRefusedBy(notice) && retries()) {
				retry(this.delegate);
				return;
			}
			MarkerMetadata.remove(trailers);
			super.onClose(status, trailers);
		}

		private boolean isRefusedBy(@Nullable Notice notice) {
			SocketAddress address = this.attempt.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
			if (address != null && !this.answered) {
				RetryingCall.this.call.goesTo(ServingBalancer.called(RetryingCall.this.call.service(), address));
			}
			this.answered = true;
			return RetryingCall.this.call.isRefusedBy(notice);
		}

	}

}
