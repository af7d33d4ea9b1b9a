package io.github.gracefulshutdown.autoconfigure.reactive;

import io.github.gracefulshutdown.autoconfigure.CrossOriginContract;
import io.github.gracefulshutdown.autoconfigure.WebApplication;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.web.cors.reactive.CorsConfigurationSource;
import org.springframework.web.cors.reactive.CorsWebFilter;
import org.springframework.web.cors.reactive.UrlBasedCorsConfigurationSource;
import org.springframework.web.reactive.config.CorsRegistry;
import org.springframework.web.reactive.config.WebFluxConfigurer;

/** Tests for {@link io.github.gracefulshutdown.autoconfigure.reactive.CrossOrigin}. */
class ReactiveCrossOriginTests extends CrossOriginContract {

	@Override
	protected WebApplication start(String... properties) {
		return start(Application.class, properties);
	}

	@Override
	protected WebApplication startWithFilter() {
		return start(FilterApplication.class);
	}

	private static WebApplication start(Class<?> configuration, String... properties) {
		return WebApplication.start(WebApplication.reactive(configuration, "org.apache.catalina", "org.eclipse.jetty"),
				properties);
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application implements WebFluxConfigurer {

		@Override
		public void addCorsMappings(CorsRegistry registry) {
			registry.addMapping("/configured").allowedOrigins(ORIGIN).allowedMethods("GET", "PUT");
		}

		@Bean
		CorsConfigurationSource corsConfigurationSource() {
			UrlBasedCorsConfigurationSource source = new UrlBasedCorsConfigurationSource();
			source.registerCorsConfiguration("/source", allowing(ORIGIN));
			return source;
		}

		@Bean
		Controller controller() {
			return new Controller();
		}

	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class FilterApplication {

		@Bean
		CorsWebFilter corsFilter() {
			UrlBasedCorsConfigurationSource source = new UrlBasedCorsConfigurationSource();
			source.registerCorsConfiguration("/**", allowing(ORIGIN));
			return new CorsWebFilter(source);
		}

	}

}
