package io.github.gracefulshutdown.autoconfigure.servlet;

import java.io.IOException;
import java.util.List;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.util.function.SingletonSupplier;
import org.springframework.web.cors.CorsConfiguration;
import org.springframework.web.cors.CorsConfigurationSource;
import org.springframework.web.cors.CorsProcessor;
import org.springframework.web.cors.CorsUtils;
import org.springframework.web.cors.DefaultCorsProcessor;

/**
 * What the application allows the scripts of other origins, for the requests that do not
 * get as far as it. A script can read that its request was refused where it could have
 * read the answer of the application; and it can only if its browser, which asks first,
 * is answered as by the application. That executes nothing.
 */
final class CrossOrigin {

	private static final Logger logger = LoggerFactory.getLogger(CrossOrigin.class);

	private final CorsProcessor processor = new DefaultCorsProcessor();

	// Among them that of Spring MVC, which knows the annotations of the handlers.
	private final SingletonSupplier<List<CorsConfigurationSource>> sources;

	CrossOrigin(ObjectProvider<CorsConfigurationSource> sources) {
		this.sources = SingletonSupplier.of(() -> sources.orderedStream().toList());
	}

	/**
	 * Adds the headers that the origin of the request needs, and answers a browser that
	 * asks first.
	 * @return {@code true} if the request has been answered
	 */
	boolean answers(HttpServletRequest request, HttpServletResponse response) throws IOException {
		if (!CorsUtils.isCorsRequest(request)) {
			return false;
		}
		CorsConfiguration configuration = configuration(request);
		if (configuration == null || configuration.checkOrigin(request.getHeader("Origin")) == null) {
			return false;
		}
		return !this.processor.processRequest(configuration, request, response)
				|| CorsUtils.isPreFlightRequest(request);
	}

	private @Nullable CorsConfiguration configuration(HttpServletRequest request) {
		for (CorsConfigurationSource source : this.sources.obtain()) {
			try {
				CorsConfiguration configuration = source.getCorsConfiguration(request);
				if (configuration != null) {
					return configuration;
				}
			}
			catch (RuntimeException ex) {
				logger.debug("Cannot tell what another origin is allowed", ex);
			}
		}
		return null;
	}

}
