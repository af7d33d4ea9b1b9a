package io.github.gracefulshutdown.autoconfigure.servlet;

import java.io.IOException;
import java.util.Comparator;
import java.util.List;

import io.github.gracefulshutdown.autoconfigure.HealthCheckPaths;
import io.github.gracefulshutdown.autoconfigure.HealthCheckPaths.Part;
import io.github.gracefulshutdown.autoconfigure.Probers;
import io.github.gracefulshutdown.autoconfigure.Readiness;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.util.function.SingletonSupplier;

/**
 * Notes who checks the health of this instance and what the answer is, and answers by
 * itself what the endpoint does not know.
 */
final class HealthChecks {

	private final Probers probers;

	private final Readiness readiness;

	// Looked up late: the actuator is not there yet when the container makes its filters.
	private final SingletonSupplier<List<HealthCheckPaths>> paths;

	HealthChecks(Probers probers, Readiness readiness, ObjectProvider<HealthCheckPaths> paths) {
		this.probers = probers;
		this.readiness = readiness;
		this.paths = SingletonSupplier.of(() -> paths.stream().toList());
	}

	/**
	 * Has the request answered, by the chain unless the instance leaves and that is to be
	 * told otherwise, and takes note of it.
	 */
	void answer(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
			throws IOException, ServletException {
		String path = RequestPath.of(request);
		if (!isHealthCheck(path)) {
			chain.doFilter(request, response);
			return;
		}
		Readiness.Answer answer = this.readiness.answer(() -> part(path), request.getHeader("User-Agent"));
		if (answer == null) {
			chain.doFilter(request, response);
		}
		else {
			response.setStatus(answer.status());
			response.setContentType("application/json");
			response.getWriter().write(answer.body());
		}
		if (!request.isAsyncStarted()) {
			this.probers.checked(request.getMethod(), request.getServletContext().getContextPath() + path,
					remote(request), request.getHeader("User-Agent"), response.getStatus());
		}
	}

	/**
	 * Returns the address that the container knows. A filter may have put another before
	 * it, from a header that anybody can send.
	 */
	private static String remote(HttpServletRequest request) {
		ServletRequest inner = request;
		while (inner instanceof ServletRequestWrapper wrapper) {
			inner = wrapper.getRequest();
		}
		return inner.getRemoteAddr();
	}

	private Part part(String path) {
		return this.paths.obtain()
			.stream()
			.map((paths) -> paths.part(path))
			.min(Comparator.naturalOrder())
			.orElse(Part.OTHER);
	}

	private boolean isHealthCheck(String path) {
		for (HealthCheckPaths paths : this.paths.obtain()) {
			if (paths.contains(path)) {
				return true;
			}
		}
		return false;
	}

}
