package io.github.gracefulshutdown.autoconfigure.caller.application;

import java.util.stream.Stream;

import io.github.gracefulshutdown.autoconfigure.ListedServices;
import io.grpc.Channel;
import net.devh.boot.grpc.client.channelfactory.GrpcChannelFactory;

import org.springframework.boot.Banner;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.util.ClassUtils;

/**
 * An application that makes gRPC calls. It runs with net.devh's starter and with Spring's
 * own, whichever is there; the latter looks for clients in all of the package, which is
 * why it has one of its own.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class GrpcCallingApplication {

	private static final boolean NET_DEVH = ClassUtils
		.isPresent("net.devh.boot.grpc.client.channelfactory.GrpcChannelFactory", null);

	/** Starts an application whose channels have a policy of gRPC. */
	public static ConfigurableApplicationContext start(String policy, String... properties) {
		String[] arguments = Stream.of(properties).map("--"::concat).toArray(String[]::new);
		return new SpringApplicationBuilder(GrpcCallingApplication.class).web(WebApplicationType.NONE)
			.bannerMode(Banner.Mode.OFF)
			.registerShutdownHook(false)
			.properties("grpc.server.port=-1", "grpc.default-scheme=" + ListedServices.SCHEME,
					"grpc.client.GLOBAL.negotiation-type=plaintext",
					"grpc.client.GLOBAL.default-load-balancing-policy=" + policy, "spring.grpc.server.enabled=false",
					"spring.grpc.client.default-channel.default-load-balancing-policy=" + policy,
					"spring.grpc.client.channel.default.default.load-balancing-policy=" + policy)
			.run(arguments);
	}

	public static Channel channel(ApplicationContext context, String service) {
		return NET_DEVH ? NetDevh.channel(context, service) : SpringGrpc.channel(context, service);
	}

	private static final class NetDevh {

		static Channel channel(ApplicationContext context, String service) {
			return context.getBean(GrpcChannelFactory.class).createChannel(service);
		}

	}

	private static final class SpringGrpc {

		static Channel channel(ApplicationContext context, String service) {
			return context.getBean(org.springframework.grpc.client.GrpcChannelFactory.class)
				.createChannel(ListedServices.SCHEME + ":///" + service);
		}

	}

}
