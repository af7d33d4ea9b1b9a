package io.github.gracefulshutdown.autoconfigure.registry;

import java.util.Map;

import net.devh.boot.grpc.server.config.GrpcServerProperties;

import org.springframework.beans.factory.InitializingBean;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.cloud.client.serviceregistry.Registration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for the port for gRPC in the
 * metadata of Consul, where net.devh's own fails.
 */
@AutoConfiguration(afterName = "net.devh.boot.grpc.server.autoconfigure.GrpcServerAutoConfiguration")
@ConditionalOnClass({ Registration.class, GrpcServerProperties.class })
@ConditionalOnBean(GrpcServerProperties.class)
@Conditional(OnBrokenConsulMetadataCondition.class)
public final class GrpcConsulMetadataAutoConfiguration {

	private static final int NO_PORT = -1;

	@Bean
	InitializingBean gracefulShutdownGrpcConsulMetadata(ObjectProvider<Registration> registrations,
			GrpcServerProperties properties) {
		return () -> registrations.stream()
			.filter(BrokenConsulMetadata::concerns)
			.map(Registration::getMetadata)
			.forEach((metadata) -> addPort(metadata, properties.getPort()));
	}

	private static void addPort(Map<String, String> metadata, int port) {
		if (port != NO_PORT) {
			metadata.putIfAbsent("gRPC_port", Integer.toString(port));
		}
	}

}
