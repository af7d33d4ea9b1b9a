package io.github.gracefulshutdown.registry;

import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.netflix.eureka.registry.PeerAwareInstanceRegistry;
import jakarta.servlet.Filter;
import jakarta.servlet.http.HttpServletRequest;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.cloud.netflix.eureka.server.EnableEurekaServer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;

/** The Eureka server of Spring Cloud, which remembers what it was sent. */
final class EurekaServer implements AutoCloseable {

	private static final Pattern STATUS = Pattern.compile("\"status\":\"(\\w+)\"");

	private final ConfigurableApplicationContext context;

	private EurekaServer(ConfigurableApplicationContext context) {
		this.context = context;
	}

	static EurekaServer start() {
		return new EurekaServer(new SpringApplicationBuilder(Server.class).properties(Registries.none())
			.properties("server.port=0", "spring.application.name=eureka-server", "graceful.shutdown.enabled=false",
					"eureka.client.enabled=true", "eureka.client.register-with-eureka=false",
					"eureka.client.fetch-registry=false", "eureka.client.service-url.defaultZone=http://localhost:1/",
					"eureka.dashboard.enabled=false", "eureka.server.use-read-only-response-cache=false",
					"eureka.server.enable-self-preservation=false")
			.run());
	}

	int port() {
		return Integer.parseInt(this.context.getEnvironment().getRequiredProperty("local.server.port"));
	}

	/**
	 * {@return the status that callers see, or {@code null} if there is no such instance}
	 */
	String status(String appName, String id) {
		URI uri = URI.create("http://localhost:" + port() + "/eureka/apps/" + appName + "/" + id);
		Matcher status = STATUS.matcher(Http.get(uri, "application/json"));
		return status.find() ? status.group(1) : null;
	}

	/**
	 * {@return what instances sent, as {@code METHOD path}, in the order of the answers}
	 */
	List<String> requests() {
		return this.context.getBean(Traffic.class).seen;
	}

	/** Loses an instance, as a server does that was started anew. */
	void forget(String appName, String id) {
		this.context.getBean(PeerAwareInstanceRegistry.class).cancel(appName, id, true);
	}

	/** Has each heartbeat reach the registry as late as the action returns. */
	void holdHeartbeats(Runnable action) {
		this.context.getBean(Traffic.class).beforeHeartbeat = action;
	}

	@Override
	public void close() {
		this.context.close();
	}

	static final class Traffic {

		private final List<String> seen = new CopyOnWriteArrayList<>();

		private volatile Runnable beforeHeartbeat = () -> {
		};

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableEurekaServer
	static class Server {

		@Bean
		Traffic traffic() {
			return new Traffic();
		}

		@Bean
		FilterRegistrationBean<Filter> trafficFilter(Traffic traffic) {
			FilterRegistrationBean<Filter> registration = new FilterRegistrationBean<>((request, response, chain) -> {
				HttpServletRequest http = (HttpServletRequest) request;
				if (http.getMethod().equals("PUT") && !http.getRequestURI().endsWith("/status")) {
					traffic.beforeHeartbeat.run();
				}
				chain.doFilter(request, response);
				traffic.seen.add(http.getMethod() + " " + http.getRequestURI());
			});
			registration.setOrder(Ordered.HIGHEST_PRECEDENCE);
			return registration;
		}

	}

}
