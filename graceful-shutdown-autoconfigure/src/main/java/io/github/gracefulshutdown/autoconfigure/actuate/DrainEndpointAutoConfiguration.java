package io.github.gracefulshutdown.autoconfigure.actuate;

import io.github.gracefulshutdown.autoconfigure.ExemptPaths;
import io.github.gracefulshutdown.autoconfigure.GracefulShutdownAutoConfiguration;
import io.github.gracefulshutdown.autoconfigure.HealthCheckPaths;
import io.github.gracefulshutdown.autoconfigure.ShutdownSequence;
import io.github.gracefulshutdown.autoconfigure.TimeSource;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementPortType;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;
import org.springframework.web.filter.reactive.ServerWebExchangeContextFilter;

/** {@link EnableAutoConfiguration Auto-configuration} for the drain endpoint. */
@AutoConfiguration(after = GracefulShutdownAutoConfiguration.class)
@ConditionalOnClass(ConditionalOnAvailableEndpoint.class)
@ConditionalOnBean(value = ShutdownSequence.class, search = SearchStrategy.CURRENT)
public final class DrainEndpointAutoConfiguration {

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnAvailableEndpoint(DrainEndpoint.class)
	@Conditional(OnFreeEndpointIdCondition.class)
	static class EndpointConfiguration {

		@Bean
		@ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
		DrainEndpoint gracefulShutdownDrainEndpoint(ShutdownSequence sequence, TimeSource time,
				ObjectProvider<QueryParameters> queryParameters) {
			return new DrainEndpoint(sequence, time, queryParameters.getIfAvailable(() -> (name) -> null));
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(ServletRequestAttributes.class)
	@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
	static class ServletConfiguration {

		@Bean
		QueryParameters gracefulShutdownServletQueryParameters() {
			return (name) -> (RequestContextHolder
				.getRequestAttributes() instanceof ServletRequestAttributes attributes)
						? attributes.getRequest().getParameter(name) : null;
		}

		@Bean
		@ConditionalOnMissingBean(name = "gracefulShutdownActuatorExemptPaths", search = SearchStrategy.CURRENT)
		ExemptPaths gracefulShutdownActuatorExemptPaths(ObjectProvider<PathMappedEndpoints> endpoints,
				Environment environment) {
			return new ActuatorExemptPaths(endpoints, servletPath(environment), isOnSamePort(environment));
		}

		@Bean
		HealthCheckPaths gracefulShutdownActuatorHealthPaths(ObjectProvider<PathMappedEndpoints> endpoints,
				Environment environment) {
			return new ActuatorHealthPaths(endpoints, environment, servletPath(environment), isOnSamePort(environment));
		}

		/** Returns the path of the dispatcher servlet, which is a part of theirs. */
		private static String servletPath(Environment environment) {
			return StringUtils.trimTrailingCharacter(environment.getProperty("spring.mvc.servlet.path", ""), '/');
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
	static class ReactiveConfiguration {

		@Bean
		@ConditionalOnMissingBean(name = "gracefulShutdownActuatorExemptPaths", search = SearchStrategy.CURRENT)
		ExemptPaths gracefulShutdownActuatorExemptPaths(ObjectProvider<PathMappedEndpoints> endpoints,
				Environment environment) {
			return new ActuatorExemptPaths(endpoints, "", isOnSamePort(environment));
		}

		@Bean
		HealthCheckPaths gracefulShutdownActuatorHealthPaths(ObjectProvider<PathMappedEndpoints> endpoints,
				Environment environment) {
			return new ActuatorHealthPaths(endpoints, environment, "", isOnSamePort(environment));
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
	@ConditionalOnAvailableEndpoint(DrainEndpoint.class)
	@Conditional(OnFreeEndpointIdCondition.class)
	static class ReactiveEndpointConfiguration {

		@Bean
		@ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
		ReactiveDrainEndpointExtension gracefulShutdownReactiveDrainEndpointExtension(DrainEndpoint endpoint) {
			return new ReactiveDrainEndpointExtension(endpoint);
		}

		@Bean
		@ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
		ServerWebExchangeContextFilter gracefulShutdownServerWebExchangeContextFilter() {
			return new ServerWebExchangeContextFilter();
		}

	}

	private static boolean isOnSamePort(Environment environment) {
		return ManagementPortType.get(environment) == ManagementPortType.SAME;
	}

}
