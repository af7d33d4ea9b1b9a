package io.github.gracefulshutdown.autoconfigure.caller;

import net.devh.boot.grpc.client.interceptor.GrpcGlobalClientInterceptor;

import org.springframework.boot.autoconfigure.condition.AnyNestedCondition;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.grpc.client.GlobalClientInterceptor;

/** Matches if there is something that makes gRPC channels. */
final class OnGrpcClientCondition extends AnyNestedCondition {

	OnGrpcClientCondition() {
		super(ConfigurationPhase.PARSE_CONFIGURATION);
	}

	@ConditionalOnClass(GrpcGlobalClientInterceptor.class)
	static final class OnNetDevh {

	}

	@ConditionalOnClass(GlobalClientInterceptor.class)
	static final class OnSpringGrpc {

	}

}
