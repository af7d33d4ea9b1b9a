package io.github.gracefulshutdown.autoconfigure.servlet;

import io.github.gracefulshutdown.autoconfigure.HealthCheckPaths;
import io.github.gracefulshutdown.autoconfigure.Probers;
import io.github.gracefulshutdown.autoconfigure.Readiness;
import jakarta.servlet.Filter;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.web.ManagementContextConfiguration;
import org.springframework.boot.actuate.autoconfigure.web.ManagementContextType;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;

/**
 * {@link ManagementContextConfiguration Configuration} for the health checks that come to
 * a port of the actuator's own, which has filters of its own.
 */
@ManagementContextConfiguration(value = ManagementContextType.CHILD, proxyBeanMethods = false)
@ConditionalOnClass(Filter.class)
@ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
@ConditionalOnBean(Probers.class)
public final class ManagementHealthCheckConfiguration {

	@Bean
	FilterRegistrationBean<HealthCheckFilter> gracefulShutdownHealthCheckFilterRegistration(Probers probers,
			Readiness readiness, ObjectProvider<HealthCheckPaths> paths) {
		FilterRegistrationBean<HealthCheckFilter> registration = new FilterRegistrationBean<>(
				new HealthCheckFilter(new HealthChecks(probers, readiness, paths)));
		registration.setName("gracefulShutdownHealthCheckFilter");
		return registration;
	}

}
