package io.github.gracefulshutdown.autoconfigure.servlet;

import java.net.http.HttpResponse;

import io.github.gracefulshutdown.autoconfigure.CrossOriginContract;
import io.github.gracefulshutdown.autoconfigure.WebApplication;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.web.cors.CorsConfigurationSource;
import org.springframework.web.cors.UrlBasedCorsConfigurationSource;
import org.springframework.web.filter.CorsFilter;
import org.springframework.web.servlet.config.annotation.CorsRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for {@link io.github.gracefulshutdown.autoconfigure.servlet.CrossOrigin}. */
class CrossOriginTests extends CrossOriginContract {

	@Override
	protected WebApplication start(String... properties) {
		return WebApplication.start(Application.class, properties);
	}

	@Override
	protected WebApplication startWithFilter() {
		return WebApplication.start(FilterApplication.class);
	}

	/** Jetty compresses no errors. */
	@Override
	protected void assertThatIsCompressed(HttpResponse<String> response) {
		assertThat(response.headers().firstValue("Content-Encoding").orElse(response.body())).containsAnyOf("gzip",
				"was not executed");
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application implements WebMvcConfigurer {

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
		FilterRegistrationBean<CorsFilter> corsFilter() {
			UrlBasedCorsConfigurationSource source = new UrlBasedCorsConfigurationSource();
			source.registerCorsConfiguration("/**", allowing(ORIGIN));
			FilterRegistrationBean<CorsFilter> registration = new FilterRegistrationBean<>(new CorsFilter(source));
			registration.setOrder(Ordered.HIGHEST_PRECEDENCE);
			return registration;
		}

	}

}
