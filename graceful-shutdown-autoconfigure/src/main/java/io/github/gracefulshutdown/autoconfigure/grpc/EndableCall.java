package io.github.gracefulshutdown.autoconfigure.grpc;

import java.util.ArrayList;
import java.util.List;

import io.github.gracefulshutdown.autoconfigure.ForeignText;
import io.github.gracefulshutdown.autoconfigure.RequestAdmission;
import io.grpc.Context;
import io.grpc.Context.CancellableContext;
import io.grpc.Contexts;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Call that another thread than the handler's can end.
 * <ul>
 * <li>What the handler has sent before is sent; what it does with the call from then on
 * has no effect and does not fail.</li>
 * <li>A call that is ended before the handler has got or sent anything is answered as
 * refused, and the handler gets nothing.</li>
 * <li>The handler is told as if the client had cancelled.</li>
 * </ul>
 */
class EndableCall<Q, R> extends NoticeCall<Q, R> {

	private static final Logger logger = LoggerFactory.getLogger(EndableCall.class);

	private final CancellableContext context = Context.current().withCancellation();

	private final @Nullable EndlessCallStatus endStatus;

	private final List<Runnable> overActions = new ArrayList<>();

	// A call is not made for several threads: whatever sends or closes holds this.
	private final Object monitor = new Object();

	private boolean executed;

	private boolean messageSent;

	private boolean closed;

	private volatile boolean ended;

	/**
	 * Creates a call.
	 * @param endStatus decides how to end what was executed; {@code null} for {@code OK}
	 */
	EndableCall(ServerCall<Q, R> call, RequestAdmission admission, @Nullable EndlessCallStatus endStatus) {
		super(call, admission);
		this.endStatus = endStatus;
	}

	/** Has the handler begin. */
	final Listener<Q> start(Metadata headers, ServerCallHandler<Q, R> handler) {
		return new EndableListener(Contexts.interceptCall(this.context, this, headers, handler));
	}

	/**
	 * Runs the action when the call is over. To be added before gRPC has the listener.
	 */
	final void whenOver(Runnable action) {
		this.overActions.add(action);
	}

	/** Ends the call, unless it was closed before. */
	final void end() {
		@Nullable Status chosen = chooseStatus();
		synchronized (this.monitor) {
			if (this.closed) {
				return;
			}
			this.closed = true;
			this.ended = true;
			if (this.executed) {
				super.close(suitable((chosen != null) ? chosen : Status.OK), new Metadata());
			}
			else {
				DrainServerInterceptor.refuse(delegate(), admission());
			}
		}
		this.context.cancel(Status.CANCELLED.withDescription("This instance is shutting down").asRuntimeException());
	}

	private @Nullable Status chooseStatus() {
		if (this.endStatus != null) {
			try {
				return this.endStatus.of(getMethodDescriptor());
			}
			catch (RuntimeException ex) {
				logger.warn("No status to end {} with", ForeignText.of(getMethodDescriptor().getFullMethodName()), ex);
			}
		}
		return null;
	}

	/**
	 * Returns the status, or, for a client that still waits for its one answer, that
	 * there is none: what was executed it cannot know, and is not told.
	 */
	private Status suitable(Status status) {
		boolean answerMissing = getMethodDescriptor().getType().serverSendsOneMessage() && !this.messageSent;
		return (status.isOk() && answerMissing) ? Status.UNAVAILABLE.withDescription("This instance is shutting down.")
				: status;
	}

	@Override
	public void sendHeaders(Metadata headers) {
		synchronized (this.monitor) {
			if (!this.ended) {
				this.executed = true;
				super.sendHeaders(headers);
			}
		}
	}

	@Override
	public void sendMessage(R message) {
		synchronized (this.monitor) {
			if (!this.ended) {
				this.messageSent = true;
				super.sendMessage(message);
			}
		}
	}

	/** Does something between two messages of the handler, unless the call is closed. */
	final void whileOpen(Runnable action) {
		synchronized (this.monitor) {
			if (!this.closed) {
				action.run();
			}
		}
	}

	@Override
	public void close(Status status, Metadata trailers) {
		synchronized (this.monitor) {
			if (!this.ended) {
				this.closed = true;
				super.close(status, trailers);
			}
		}
	}

	@Override
	public boolean isReady() {
		return !this.ended && super.isReady();
	}

	@Override
	public boolean isCancelled() {
		return this.ended || super.isCancelled();
	}

	private boolean tryExecute() {
		synchronized (this.monitor) {
			if (!this.ended) {
				this.executed = true;
			}
			return !this.ended;
		}
	}

	private final class EndableListener extends SimpleForwardingServerCallListener<Q> {

		EndableListener(Listener<Q> listener) {
			super(listener);
		}

		@Override
		public void onMessage(Q message) {
			if (tryExecute()) {
				super.onMessage(message);
			}
		}

		@Override
		public void onHalfClose() {
			if (!EndableCall.this.ended) {
				super.onHalfClose();
			}
		}

		@Override
		public void onReady() {
			if (!EndableCall.this.ended) {
				super.onReady();
			}
		}

		@Override
		public void onComplete() {
			if (EndableCall.this.ended) { // by us, not by the handler
				onCancel();
				return;
			}
			try {
				super.onComplete();
			}
			finally {
				over();
			}
		}

		@Override
		public void onCancel() {
			try {
				super.onCancel();
			}
			finally {
				over();
			}
		}

		private void over() {
			EndableCall.this.context.cancel(null);
			EndableCall.this.overActions.forEach(Runnable::run);
		}

	}

}
