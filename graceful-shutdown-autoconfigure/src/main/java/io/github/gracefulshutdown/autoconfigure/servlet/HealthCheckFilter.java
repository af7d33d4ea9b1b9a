package io.github.gracefulshutdown.autoconfigure.servlet;

import java.io.IOException;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/** Sees the health checks that come to the port of the actuator. */
final class HealthCheckFilter implements Filter {

	private final HealthChecks healthChecks;

	HealthCheckFilter(HealthChecks healthChecks) {
		this.healthChecks = healthChecks;
	}

	@Override
	public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
			throws IOException, ServletException {
		if (request instanceof HttpServletRequest httpRequest && response instanceof HttpServletResponse httpResponse) {
			this.healthChecks.answer(httpRequest, httpResponse, chain);
		}
		else {
			chain.doFilter(request, response);
		}
	}

}
