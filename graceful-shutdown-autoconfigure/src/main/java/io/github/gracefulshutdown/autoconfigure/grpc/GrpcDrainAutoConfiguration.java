package io.github.gracefulshutdown.autoconfigure.grpc;

import io.github.gracefulshutdown.DrainGate;
import io.github.gracefulshutdown.autoconfigure.GracefulShutdownAutoConfiguration;
import io.github.gracefulshutdown.autoconfigure.RequestAdmission;
import io.github.gracefulshutdown.autoconfigure.ShutdownSequence;
import io.grpc.protobuf.services.HealthStatusManager;
import net.devh.boot.grpc.server.interceptor.GrpcGlobalServerInterceptor;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** {@link EnableAutoConfiguration Auto-configuration} for draining gRPC calls. */
@AutoConfiguration(after = GracefulShutdownAutoConfiguration.class)
@ConditionalOnClass(GrpcGlobalServerInterceptor.class)
@ConditionalOnBean(ShutdownSequence.class)
public final class GrpcDrainAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean(name = "grpcRequestAdmission")
	RequestAdmission grpcRequestAdmission(DrainGate gate, ShutdownSequence sequence) {
		return new RequestAdmission("grpc", gate, sequence);
	}

	@Bean
	@GrpcGlobalServerInterceptor
	@ConditionalOnMissingBean
	DrainServerInterceptor drainServerInterceptor(RequestAdmission grpcRequestAdmission) {
		return new DrainServerInterceptor(grpcRequestAdmission);
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(HealthStatusManager.class)
	static class GrpcHealthConfiguration {

		@Bean
		@ConditionalOnMissingBean
		GrpcHealthSource grpcHealthSource(ObjectProvider<HealthStatusManager> managers) {
			return new GrpcHealthSource(managers);
		}

	}

}
