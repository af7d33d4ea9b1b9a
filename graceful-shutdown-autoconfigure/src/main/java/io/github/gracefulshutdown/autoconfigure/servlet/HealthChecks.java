package io.github.gracefulshutdown.autoconfigure.servlet;

import java.util.List;

import io.github.gracefulshutdown.autoconfigure.HealthCheckPaths;
import io.github.gracefulshutdown.autoconfigure.Probers;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.util.function.SingletonSupplier;

/** Notes who checks the health of this instance and what the answer is. */
final class HealthChecks {

	private final Probers probers;

	// Looked up late: the actuator is not there yet when the container makes its filters.
	private final SingletonSupplier<List<HealthCheckPaths>> paths;

	HealthChecks(Probers probers, ObjectProvider<HealthCheckPaths> paths) {
		this.probers = probers;
		this.paths = SingletonSupplier.of(() -> paths.stream().toList());
	}

	void answered(HttpServletRequest request, HttpServletResponse response) {
		String path = RequestPath.of(request);
		if (!request.isAsyncStarted() && isHealthCheck(path)) {
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

	private boolean isHealthCheck(String path) {
		for (HealthCheckPaths paths : this.paths.obtain()) {
			if (paths.contains(path)) {
				return true;
			}
		}
		return false;
	}

}
