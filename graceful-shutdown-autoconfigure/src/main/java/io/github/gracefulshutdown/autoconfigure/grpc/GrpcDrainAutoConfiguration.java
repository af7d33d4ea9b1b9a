package io.github.gracefulshutdown.autoconfigure.grpc;

import io.github.gracefulshutdown.DrainGate;
import io.github.gracefulshutdown.autoconfigure.EndlessWork;
import io.github.gracefulshutdown.autoconfigure.GracefulShutdownAutoConfiguration;
import io.github.gracefulshutdown.autoconfigure.GracefulShutdownProperties;
import io.github.gracefulshutdown.autoconfigure.InstanceId;
import io.github.gracefulshutdown.autoconfigure.Probers;
import io.github.gracefulshutdown.autoconfigure.Readiness;
import io.github.gracefulshutdown.autoconfigure.RequestAdmission;
import io.github.gracefulshutdown.autoconfigure.ServerPresence;
import io.github.gracefulshutdown.autoconfigure.ShutdownSequence;
import io.grpc.BindableService;
import io.grpc.health.v1.HealthCheckResponse;
import jakarta.servlet.ServletContext;
import net.devh.boot.grpc.server.interceptor.GrpcGlobalServerInterceptor;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.grpc.server.GlobalServerInterceptor;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for draining gRPC calls, of
 * net.devh's starter and of Spring's own.
 */
@AutoConfiguration(after = GracefulShutdownAutoConfiguration.class)
@Conditional(OnGrpcServerCondition.class)
@ConditionalOnBean(value = ShutdownSequence.class, search = SearchStrategy.CURRENT)
public final class GrpcDrainAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean(name = "gracefulShutdownGrpcRequestAdmission", search = SearchStrategy.CURRENT)
	RequestAdmission gracefulShutdownGrpcRequestAdmission(DrainGate gate, ShutdownSequence sequence,
			InstanceId instance) {
		return new RequestAdmission("grpc", gate, sequence, instance);
	}

	// Found by the annotation of whichever is there; the JVM leaves the other one out.
	@Bean
	@GrpcGlobalServerInterceptor
	@GlobalServerInterceptor
	@ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
	DrainServerInterceptor gracefulShutdownDrainServerInterceptor(
			@Qualifier("gracefulShutdownGrpcRequestAdmission") RequestAdmission admission, EndlessCalls endlessCalls,
			LingeringCalls lingeringCalls, GrpcServers servers, ObjectProvider<GrpcHealth> health,
			ObjectProvider<GrpcServletPaths> servletPaths) {
		return new DrainServerInterceptor(admission, endlessCalls, lingeringCalls, servers, health.getIfAvailable(),
				servletPaths.getIfAvailable());
	}

	@Bean
	EndlessCalls gracefulShutdownEndlessGrpcCalls(GracefulShutdownProperties properties, EndlessWork endlessWork,
			ObjectProvider<EndlessCallStatus> endStatus) {
		return new EndlessCalls(properties.getGrpc().getEndlessMethods(), endlessWork, endStatus.getIfAvailable());
	}

	@Bean
	LingeringCalls gracefulShutdownLingeringGrpcCalls() {
		return new LingeringCalls();
	}

	@Bean
	GrpcServers gracefulShutdownGrpcServers(ShutdownSequence sequence, ServerPresence servers,
			@Qualifier("gracefulShutdownGrpcRequestAdmission") RequestAdmission admission,
			LingeringCalls lingeringCalls) {
		return new GrpcServers(sequence, servers, admission, lingeringCalls);
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(GrpcGlobalServerInterceptor.class)
	static class NetDevhConfiguration {

		@Bean
		NetDevhServerListener gracefulShutdownNetDevhServerListener(GrpcServers servers) {
			return new NetDevhServerListener(servers);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(GlobalServerInterceptor.class)
	static class SpringGrpcConfiguration {

		@Bean
		SpringServerListener gracefulShutdownSpringGrpcServerListener(GrpcServers servers) {
			return new SpringServerListener(servers);
		}

	}

	/*
	 * Spring's own gRPC inside the servlet container, as it decides itself. What others
	 * have made of that servlet has no interceptor and is counted as requests.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(value = GlobalServerInterceptor.class, name = GrpcServletPaths.SERVLET_CLASS)
	@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
	@ConditionalOnProperty(name = "spring.grpc.server.servlet.enabled", matchIfMissing = true)
	static class GrpcServletConfiguration {

		@Bean
		GrpcServletPaths gracefulShutdownGrpcServletPaths(ServletContext servletContext, ShutdownSequence sequence) {
			return new GrpcServletPaths(servletContext, sequence);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(HealthCheckResponse.class)
	static class GrpcHealthConfiguration {

		@Bean
		GrpcHealth gracefulShutdownGrpcHealth(ObjectProvider<BindableService> services, Probers probers,
				Readiness readiness) {
			return new GrpcHealth(services, probers, readiness);
		}

	}

}
