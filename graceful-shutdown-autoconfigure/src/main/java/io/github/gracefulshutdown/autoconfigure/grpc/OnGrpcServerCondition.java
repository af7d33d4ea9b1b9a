package io.github.gracefulshutdown.autoconfigure.grpc;

import net.devh.boot.grpc.server.interceptor.GrpcGlobalServerInterceptor;

import org.springframework.boot.autoconfigure.condition.AnyNestedCondition;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.grpc.server.GlobalServerInterceptor;

/** Matches if there is something that runs a gRPC server. */
final class OnGrpcServerCondition extends AnyNestedCondition {

	OnGrpcServerCondition() {
		super(ConfigurationPhase.PARSE_CONFIGURATION);
	}

	@ConditionalOnClass(GrpcGlobalServerInterceptor.class)
	static final class OnNetDevh {

	}

	@ConditionalOnClass(GlobalServerInterceptor.class)
	static final class OnSpringGrpc {

	}

}
