package io.github.gracefulshutdown.autoconfigure.reactive;

import io.github.gracefulshutdown.DrainGate;
import io.github.gracefulshutdown.autoconfigure.EndlessResponses;
import io.github.gracefulshutdown.autoconfigure.EndlessWork;
import io.github.gracefulshutdown.autoconfigure.ExemptPaths;
import io.github.gracefulshutdown.autoconfigure.GracefulShutdownAutoConfiguration;
import io.github.gracefulshutdown.autoconfigure.HealthCheckPaths;
import io.github.gracefulshutdown.autoconfigure.InstanceId;
import io.github.gracefulshutdown.autoconfigure.Probers;
import io.github.gracefulshutdown.autoconfigure.Readiness;
import io.github.gracefulshutdown.autoconfigure.RequestAdmission;
import io.github.gracefulshutdown.autoconfigure.ServerPresence;
import io.github.gracefulshutdown.autoconfigure.ShutdownSequence;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.core.annotation.Order;
import org.springframework.http.server.reactive.HttpHandlerDecoratorFactory;
import org.springframework.web.cors.reactive.CorsConfigurationSource;
import org.springframework.web.cors.reactive.CorsWebFilter;
import org.springframework.web.reactive.DispatcherHandler;
import org.springframework.web.reactive.HandlerMapping;
import org.springframework.web.server.WebFilter;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for draining requests to reactive
 * applications.
 */
@AutoConfiguration(after = GracefulShutdownAutoConfiguration.class)
@ConditionalOnClass({ DispatcherHandler.class, Mono.class })
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
@ConditionalOnBean(value = ShutdownSequence.class, search = SearchStrategy.CURRENT)
public final class ReactiveDrainAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean(name = "gracefulShutdownHttpRequestAdmission", search = SearchStrategy.CURRENT)
	RequestAdmission gracefulShutdownHttpRequestAdmission(DrainGate gate, ShutdownSequence sequence,
			InstanceId instance) {
		return new RequestAdmission("http", gate, sequence, instance);
	}

	@Bean
	@ConditionalOnMissingBean(name = "gracefulShutdownDrainWebFilter", search = SearchStrategy.CURRENT)
	WebFilter gracefulShutdownDrainWebFilter(
			@Qualifier("gracefulShutdownHttpRequestAdmission") RequestAdmission admission, ApplicationContext context,
			ObjectProvider<ExemptPaths> exemptPaths, EndlessWork endlessWork,
			ObjectProvider<EndlessResponses> endlessResponses, ObjectProvider<CorsWebFilter> corsFilters,
			ObjectProvider<CorsConfigurationSource> corsConfigurationSources,
			ObjectProvider<HandlerMapping> handlerMappings, Probers probers, Readiness readiness,
			ObjectProvider<HealthCheckPaths> healthCheckPaths, ServerPresence servers) {
		Rejection rejection = new Rejection(admission,
				new CrossOrigin(corsFilters, corsConfigurationSources, handlerMappings));
		return new DrainWebFilter(servers, admission, rejection, context, exemptPaths, endlessWork, endlessResponses,
				new HealthChecks(probers, readiness, healthCheckPaths));
	}

	@Bean
	@Order // the outermost of all decorators, so that what they write counts as well
	HttpHandlerDecoratorFactory gracefulShutdownRequestEndDecoratorFactory() {
		return RequestEndDecorator::decorate;
	}

}
