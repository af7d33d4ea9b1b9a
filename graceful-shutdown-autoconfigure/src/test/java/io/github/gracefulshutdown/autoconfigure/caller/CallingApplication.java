package io.github.gracefulshutdown.autoconfigure.caller;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.discovery.DiscoveryClient;
import org.springframework.cloud.client.loadbalancer.LoadBalanced;
import org.springframework.cloud.loadbalancer.cache.LoadBalancerCacheManager;
import org.springframework.cloud.loadbalancer.core.CachingServiceInstanceListSupplier;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.http.client.SimpleClientHttpRequestFactory;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;
import org.springframework.web.reactive.function.client.WebClient;

/** An application that calls others through Spring Cloud LoadBalancer. */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
class CallingApplication {

	static ConfigurableApplicationContext start(String... properties) {
		String[] arguments = Stream.of(properties).map("--"::concat).toArray(String[]::new);
		return new SpringApplicationBuilder(CallingApplication.class).web(WebApplicationType.NONE)
			.bannerMode(Banner.Mode.OFF)
			.registerShutdownHook(false)
			.properties("grpc.server.port=-1", "spring.cloud.discovery.reactive.enabled=false")
			.run(arguments);
	}

	@Bean
	Registry registry(BeanFactory beanFactory) {
		return new Registry(beanFactory);
	}

	@Bean
	@LoadBalanced
	RestTemplate restTemplate() {
		return new RestTemplate(new SimpleClientHttpRequestFactory());
	}

	@Bean
	@LoadBalanced
	RestClient.Builder restClientBuilder() {
		return RestClient.builder().requestFactory(new JdkClientHttpRequestFactory());
	}

	@Bean
	@LoadBalanced
	WebClient.Builder webClientBuilder() {
		return WebClient.builder();
	}

	/** What is registered, which callers learn from their caches. */
	static final class Registry implements DiscoveryClient {

		private final Map<String, List<ServiceInstance>> services = new ConcurrentHashMap<>();

		private final BeanFactory beanFactory;

		Registry(BeanFactory beanFactory) {
			this.beanFactory = beanFactory;
		}

		/** Registers the instances of a service, and has its callers learn of it. */
		void register(String service, ServiceInstance... instances) {
			this.services.put(service, List.of(instances));
			LoadBalancerCacheManager caches = this.beanFactory.getBean(LoadBalancerCacheManager.class);
			Objects.requireNonNull(caches.getCache(CachingServiceInstanceListSupplier.SERVICE_INSTANCE_CACHE_NAME))
				.evict(service);
		}

		@Override
		public String description() {
			return "Test registry";
		}

		@Override
		public List<ServiceInstance> getInstances(String service) {
			return this.services.getOrDefault(service, List.of());
		}

		@Override
		public List<String> getServices() {
			return new ArrayList<>(this.services.keySet());
		}

	}

}
