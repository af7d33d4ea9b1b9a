package io.github.gracefulshutdown.autoconfigure.servlet;

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
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.web.cors.CorsConfigurationSource;

/** {@link EnableAutoConfiguration Auto-configuration} for draining servlet requests. */
@AutoConfiguration(after = GracefulShutdownAutoConfiguration.class)
@ConditionalOnClass(Filter.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnBean(value = ShutdownSequence.class, search = SearchStrategy.CURRENT)
public final class ServletDrainAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean(name = "gracefulShutdownHttpRequestAdmission", search = SearchStrategy.CURRENT)
	RequestAdmission gracefulShutdownHttpRequestAdmission(DrainGate gate, ShutdownSequence sequence,
			InstanceId instance) {
		return new RequestAdmission("http", gate, sequence, instance);
	}

	@Bean
	@ConditionalOnMissingBean(name = "gracefulShutdownDrainFilterRegistration", search = SearchStrategy.CURRENT)
	FilterRegistrationBean<DrainFilter> gracefulShutdownDrainFilterRegistration(
			@Qualifier("gracefulShutdownHttpRequestAdmission") RequestAdmission admission,
			ObjectProvider<ExemptPaths> exemptPaths, ObjectProvider<EndlessResponses> endlessResponses,
			EndlessWork endlessWork, ObjectProvider<CorsConfigurationSource> corsConfigurationSources, Probers probers,
			Readiness readiness, ObjectProvider<HealthCheckPaths> healthCheckPaths, ServerPresence servers) {
		EndlessRecognition recognition = new EndlessRecognition(endlessResponses, endlessWork);
		Rejection rejection = new Rejection(admission, new CrossOrigin(corsConfigurationSources));
		DrainFilter filter = new DrainFilter(servers, admission, recognition, rejection,
				new HealthChecks(probers, readiness, healthCheckPaths), exemptPaths);
		FilterRegistrationBean<DrainFilter> registration = new FilterRegistrationBean<>(filter);
		registration.setName("gracefulShutdownDrainFilter");
		registration.setOrder(DrainFilter.ORDER);
		// A request that is dispatched again, after async work or to an error page, is
		// still the one that was let in.
		registration.setDispatcherTypes(DispatcherType.REQUEST);
		return registration;
	}

}
