package io.github.gracefulshutdown.autoconfigure.caller;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.MethodDescriptor;

import org.springframework.core.Ordered;

/**
 * Sends a gRPC call to another instance if it was not executed, and takes the marker off
 * its answer. It stands inside of the other interceptors, which see one call.
 * <p>
 * A call that finds no connection needs no help: the channel tries its other addresses,
 * and sends a call again by itself that the instance has not seen.
 */
final class RetryingInterceptor implements ClientInterceptor, Ordered {

	private final Calls calls;

	private final ServingBalancers balancers;

	RetryingInterceptor(Calls calls, ServingBalancers balancers) {
		this.calls = calls;
		this.balancers = balancers;
	}

	@Override
	public int getOrder() {
		return LOWEST_PRECEDENCE;
	}

	@Override
	public <Q, R> ClientCall<Q, R> interceptCall(MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
		Call call = this.calls.begin(next.authority());
		call.isOffered(() -> this.balancers.instances(call.service()));
		return new RetryingCall<>(() -> next.newCall(method, options), call, this.balancers,
				method.getType().clientSendsOneMessage());
	}

}
