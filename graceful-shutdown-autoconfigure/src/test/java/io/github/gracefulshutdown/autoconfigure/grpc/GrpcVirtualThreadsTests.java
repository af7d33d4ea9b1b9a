package io.github.gracefulshutdown.autoconfigure.grpc;

import java.util.concurrent.Executor;
import java.util.concurrent.Executors;

import net.devh.boot.grpc.server.serverfactory.GrpcServerConfigurer;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Tests for the drain of gRPC calls whose handlers run on virtual threads. */
@EnabledForJreRange(min = JRE.JAVA_21)
class GrpcVirtualThreadsTests extends GrpcDrainContract {

	GrpcVirtualThreadsTests() {
		super(GrpcApplication.start(VirtualThreadsConfiguration.class));
	}

	@Configuration(proxyBeanMethods = false)
	static class VirtualThreadsConfiguration {

		@Bean
		GrpcServerConfigurer virtualThreads() throws ReflectiveOperationException {
			Executor executor = (Executor) Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
			return (server) -> server.executor(executor);
		}

	}

}
