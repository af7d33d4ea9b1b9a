package io.github.gracefulshutdown.autoconfigure.grpc;

import java.net.InetSocketAddress;
import java.net.SocketAddress;

import io.github.gracefulshutdown.autoconfigure.RequestAdmission;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import org.jspecify.annotations.Nullable;

/**
 * Call of the health service. What the service says is passed on, but that it serves
 * while it leaves: then it does not. A watch hears of the change by itself.
 */
final class HealthCall<Q, R> extends EndableCall<Q, R> {

	private static final Metadata.Key<String> USER_AGENT = Metadata.Key.of("user-agent",
			Metadata.ASCII_STRING_MARSHALLER);

	private final GrpcHealth health;

	private final @Nullable String agent;

	// What the service has said last, and what the client was told then or later.
	private @Nullable R said;

	private @Nullable R told;

	HealthCall(ServerCall<Q, R> call, RequestAdmission admission, EndlessCallStatus endStatus, GrpcHealth health,
			Metadata headers) {
		super(call, admission, endStatus);
		this.health = health;
		this.agent = headers.get(USER_AGENT);
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
			if (message != null && isWatch()) {
				tell(message);
			}
		});
	}

	boolean isWatch() {
		return !getMethodDescriptor().getType().serverSendsOneMessage();
	}

	private void tell(R message) {
		boolean refused = isWatch() ? this.health.isLeaving() : this.health.isRefused(this.agent);
		R telling = refused ? notServing(message) : message;
		if (!telling.equals(this.told)) {
			this.told = telling;
			super.sendMessage(telling);
			if (!isWatch() && telling instanceof HealthCheckResponse response) {
				this.health.checked(getMethodDescriptor().getFullMethodName(), remote(), this.agent,
						response.getStatus() != ServingStatus.SERVING);
			}
		}
	}

	private String remote() {
		SocketAddress remote = getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
		return (remote instanceof InetSocketAddress inet && inet.getAddress() != null)
				? inet.getAddress().getHostAddress() : String.valueOf(remote);
	}

	@SuppressWarnings("unchecked") // a message of the same type
	private R notServing(R message) {
		if (message instanceof HealthCheckResponse response && response.getStatus() == ServingStatus.SERVING) {
			return (R) response.toBuilder().setStatus(ServingStatus.NOT_SERVING).build();
		}
		return message;
	}

}
