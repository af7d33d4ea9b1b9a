package io.github.gracefulshutdown.autoconfigure.grpc;

import io.github.gracefulshutdown.autoconfigure.RequestAdmission;
import io.grpc.ServerCall;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import org.jspecify.annotations.Nullable;

/**
 * Call of the health service. What the service says is passed on, but that it serves
 * while it leaves: then it does not. A watch hears of the change by itself.
 */
final class HealthCall<Q, R> extends EndableCall<Q, R> {

	private final GrpcHealth health;

	// What the service has said last, and what the client was told then or later.
	private @Nullable R said;

	private @Nullable R told;

	HealthCall(ServerCall<Q, R> call, RequestAdmission admission, EndlessCallStatus endStatus, GrpcHealth health) {
		super(call, admission, endStatus);
		this.health = health;
	}

	@Override
	public void sendMessage(R message) {
		whileOpen(() -> {
			this.said = message;
			tell(message);
		});
	}

	/** Tells a watch what is true now, if that is not what it was told last. */
	void tellAgain() {
		whileOpen(() -> {
			R message = this.said;
			if (message != null && !getMethodDescriptor().getType().serverSendsOneMessage()) {
				tell(message);
			}
		});
	}

	private void tell(R message) {
		R telling = this.health.isLeaving() ? notServing(message) : message;
		if (!telling.equals(this.told)) {
			this.told = telling;
			super.sendMessage(telling);
		}
	}

	@SuppressWarnings("unchecked") // a message of the same type
	private R notServing(R message) {
		if (message instanceof HealthCheckResponse response && response.getStatus() == ServingStatus.SERVING) {
			return (R) response.toBuilder().setStatus(ServingStatus.NOT_SERVING).build();
		}
		return message;
	}

}
