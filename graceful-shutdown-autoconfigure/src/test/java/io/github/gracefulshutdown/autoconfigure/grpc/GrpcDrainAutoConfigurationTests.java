package io.github.gracefulshutdown.autoconfigure.grpc;

import io.github.gracefulshutdown.autoconfigure.AnnouncementSource;
import io.github.gracefulshutdown.autoconfigure.GracefulShutdownAutoConfiguration;
import io.github.gracefulshutdown.autoconfigure.RequestAdmission;
import io.grpc.ServerInterceptor;
import net.devh.boot.grpc.server.interceptor.GrpcGlobalServerInterceptor;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for {@link GrpcDrainAutoConfiguration}. */
class GrpcDrainAutoConfigurationTests {

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner().withConfiguration(
			AutoConfigurations.of(GracefulShutdownAutoConfiguration.class, GrpcDrainAutoConfiguration.class));

	@Test
	void interceptorAndHealthArePresentByDefault() {
		this.contextRunner.run((context) -> {
			assertThat(context).hasSingleBean(DrainServerInterceptor.class).hasSingleBean(GrpcHealth.class);
			assertThat(context.getBeansWithAnnotation(GrpcGlobalServerInterceptor.class)).hasSize(1);
		});
	}

	@Test
	void interceptorIsAbsentWhenDisabled() {
		this.contextRunner.withPropertyValues("graceful.shutdown.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(ServerInterceptor.class)
				.doesNotHaveBean(AnnouncementSource.class));
	}

	@Test
	void interceptorBacksOffWhenGrpcIsMissing() {
		this.contextRunner.withClassLoader(new FilteredClassLoader("io.grpc", "net.devh", "org.springframework.grpc"))
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean("gracefulShutdownDrainServerInterceptor"));
	}

	@Test
	void healthBacksOffWhenTheHealthServiceIsMissing() {
		this.contextRunner.withClassLoader(new FilteredClassLoader("io.grpc.health"))
			.run((context) -> assertThat(context).hasSingleBean(DrainServerInterceptor.class)
				.doesNotHaveBean(AnnouncementSource.class));
	}

	@Test
	void theInterceptorOfTheUserWins() {
		this.contextRunner.withUserConfiguration(InterceptorConfiguration.class)
			.run((context) -> assertThat(context).hasSingleBean(DrainServerInterceptor.class)
				.hasBean("userInterceptor"));
	}

	@Configuration(proxyBeanMethods = false)
	static class InterceptorConfiguration {

		@Bean
		DrainServerInterceptor userInterceptor(RequestAdmission grpcRequestAdmission, EndlessCalls endlessCalls,
				LingeringCalls lingeringCalls, GrpcServers servers) {
			return new DrainServerInterceptor(grpcRequestAdmission, endlessCalls, lingeringCalls, servers, null, null);
		}

	}

}
