package io.github.gracefulshutdown.sample.load;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import io.github.gracefulshutdown.sample.process.Instance;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.util.TimeValue;
import org.awaitility.Awaitility;
import reactor.netty.http.client.HttpClient;
import reactor.netty.resources.ConnectionProvider;

import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.discovery.DiscoveryClient;
import org.springframework.cloud.client.loadbalancer.LoadBalanced;
import org.springframework.cloud.loadbalancer.core.ServiceInstanceListSupplier;
import org.springframework.cloud.loadbalancer.support.LoadBalancerClientFactory;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ResponseEntity;
import org.springframework.http.client.HttpComponentsClientHttpRequestFactory;
import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestClientException;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.client.WebClientException;

/**
 * An application that calls the sample through Spring Cloud LoadBalancer, with
 * {@code RestClient} and {@code WebClient} in turn. Its clients do not retry by
 * themselves, so they hide no loss.
 */
public final class BalancedCaller implements Caller, AutoCloseable {

	private static final String SERVICE = "sample-app";

	private static final int MANY = 1000;

	private final AtomicInteger calls = new AtomicInteger();

	private final ConfigurableApplicationContext context;

	private final RestClient restClient;

	private final WebClient webClient;

	private BalancedCaller(ConfigurableApplicationContext context) {
		this.context = context;
		this.restClient = context.getBean("restClientBuilder", RestClient.Builder.class).build();
		this.webClient = context.getBean("webClientBuilder", WebClient.Builder.class).build();
	}

	/** Starts an application that follows the registry. */
	public static BalancedCaller start(URI registry, String... arguments) {
		return new BalancedCaller(new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.bannerMode(Banner.Mode.OFF)
			.registerShutdownHook(false)
			.properties("spring.config.name=caller", "eureka.client.service-url.defaultZone=" + registry)
			.run(arguments));
	}

	/** Waits until the registry has told the application of these instances. */
	public void awaitRegistered(Instance... instances) {
		List<Integer> ports = ports(instances);
		DiscoveryClient registry = this.context.getBean(DiscoveryClient.class);
		Awaitility.await("callers are told of " + ports)
			.atMost(Duration.ofSeconds(30))
			.until(() -> ports(registry.getInstances(SERVICE)).containsAll(ports));
	}

	/**
	 * Waits until the application would call these instances, were they the only ones.
	 */
	public void awaitKnown(Duration timeout, Instance... instances) {
		List<Integer> ports = ports(instances);
		Awaitility.await("callers know " + ports).atMost(timeout).until(() -> ports(known()).containsAll(ports));
	}

	private static List<Integer> ports(Instance... instances) {
		return Stream.of(instances).map(Instance::httpPort).toList();
	}

	private static List<Integer> ports(List<ServiceInstance> instances) {
		return instances.stream().map(ServiceInstance::getPort).toList();
	}

	private List<ServiceInstance> known() {
		ServiceInstanceListSupplier supplier = this.context.getBean(LoadBalancerClientFactory.class)
			.getInstance(SERVICE, ServiceInstanceListSupplier.class);
		return Objects.requireNonNullElse(supplier.get().blockFirst(Callers.TIMEOUT), List.of());
	}

	/**
	 * {@return what a meter of the caller side has counted}
	 * @param meter the end of its name
	 */
	public long counted(String meter) {
		return CallerMeters.counted(this.context, meter);
	}

	@Override
	public Outcome send(Call call) {
		try {
			return outcome(call, (this.calls.getAndIncrement() % 2 == 0) ? blocking(call) : reactive(call));
		}
		catch (RestClientException | WebClientException | IllegalStateException ex) {
			return Outcome.of(Outcome.Type.OTHER, ex);
		}
	}

	private ResponseEntity<String> blocking(Call call) {
		return this.restClient.method(method(call))
			.uri(uri(call))
			.header("Request-Id", call.id())
			.body("work")
			.retrieve()
			.onStatus(HttpStatusCode::isError, (request, response) -> {
			})
			.toEntity(String.class);
	}

	private ResponseEntity<String> reactive(Call call) {
		return Objects.requireNonNull(this.webClient.method(method(call))
			.uri(uri(call))
			.header("Request-Id", call.id())
			.bodyValue("work")
			.exchangeToMono((response) -> response.toEntity(String.class))
			.block(Callers.TIMEOUT));
	}

	private static HttpMethod method(Call call) {
		return (call.kind() == Kind.POST) ? HttpMethod.POST : HttpMethod.GET;
	}

	private static String uri(Call call) {
		return "http://" + SERVICE + "/work?ms=" + call.parts() * call.ms();
	}

	private static Outcome outcome(Call call, ResponseEntity<String> response) {
		if (response.getStatusCode().value() == 200) {
			return call.answer().equals(List.of(String.valueOf(response.getBody()))) ? Outcome.OK
					: Outcome.of(Outcome.Type.OTHER, "Answer " + response.getBody());
		}
		return Outcome.of(Outcome.Type.OTHER, "HTTP status " + response.getStatusCode().value());
	}

	@Override
	public void close() {
		this.context.close();
	}

	@EnableAutoConfiguration
	static class Application {

		@Bean(defaultCandidate = false) // not for the client of the registry
		@LoadBalanced
		RestClient.Builder restClientBuilder() {
			return RestClient.builder()
				.requestFactory(new HttpComponentsClientHttpRequestFactory(HttpClients.custom()
					.setConnectionManager(PoolingHttpClientConnectionManagerBuilder.create()
						.setMaxConnTotal(MANY)
						.setMaxConnPerRoute(MANY)
						.build())
					.disableAutomaticRetries()
					.evictIdleConnections(TimeValue.MAX_VALUE)
					.build()));
		}

		@Bean(defaultCandidate = false) // not for the client of the registry
		@LoadBalanced
		WebClient.Builder webClientBuilder() {
			return WebClient.builder()
				.clientConnector(new ReactorClientHttpConnector(
						HttpClient.create(ConnectionProvider.create("caller", MANY)).disableRetry(true)));
		}

	}

}
