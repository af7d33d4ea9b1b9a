package io.github.gracefulshutdown.autoconfigure.caller;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import io.github.gracefulshutdown.autoconfigure.RawConnection;
import io.github.gracefulshutdown.autoconfigure.WebApplication;
import io.github.gracefulshutdown.autoconfigure.caller.CallingApplication.Registry;
import io.github.gracefulshutdown.autoconfigure.caller.ScriptedInstance.Answer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.cloud.client.DefaultServiceInstance;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.gateway.config.HttpClientCustomizer;
import org.springframework.cloud.gateway.route.RouteLocator;
import org.springframework.cloud.gateway.route.builder.RouteLocatorBuilder;
import org.springframework.context.annotation.Bean;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for what Spring Cloud Gateway passes on through Spring Cloud LoadBalancer. */
class GatewayCallerTests {

	private static final AtomicInteger services = new AtomicInteger();

	private static WebApplication gateway;

	private final String service = "service-" + services.incrementAndGet();

	private final List<ScriptedInstance> instances = new ArrayList<>();

	@BeforeAll
	static void start() {
		SpringApplication application = new SpringApplication(Application.class);
		application.setWebApplicationType(WebApplicationType.REACTIVE);
		gateway = WebApplication.start(application, "spring.cloud.discovery.reactive.enabled=false");
	}

	@AfterAll
	static void close() {
		gateway.close();
	}

	@AfterEach
	void stopInstances() {
		this.instances.forEach(ScriptedInstance::close);
	}

	@ParameterizedTest
	@ValueSource(strings = { "GET", "POST", "PUT", "DELETE" })
	void aRefusedRequestIsPassedOnElsewhereWhateverItsMethod(String method) throws IOException {
		ScriptedInstance refusing = instance("a").that(Answer.REFUSES);
		ScriptedInstance other = instance("b");
		register(refusing, other);
		String body = method.equals("GET") ? "" : "a body";
		for (int call = 0; call < 4; call++) {
			HttpResponse<String> response = send(method, body);
			assertThat(response.statusCode()).isEqualTo(200);
			assertThat(response.body()).isEqualTo("answered by b");
			assertThat(response.headers().map()).doesNotContainKeys("graceful-shutdown", "graceful-shutdown-instance");
			assertThat(response.headers().allValues("Content-Length")).hasSizeLessThan(2);
		}
		assertThat(refusing.calls()).isOne();
		assertThat(other.executed()).hasSize(4).containsOnly((method + " " + body).trim());
	}

	/** The instance does not wait for the body, and the answer is here before its end. */
	@Test
	void aRequestThatIsRefusedBeforeItsBodyHasComeIsPassedOnElsewhere() throws IOException {
		ScriptedInstance refusing = instance("a").that(Answer.REFUSES_AT_ONCE);
		ScriptedInstance other = instance("b");
		register(refusing, other);
		for (int call = 0; call < 2; call++) {
			try (RawConnection client = new RawConnection(gateway.port())) {
				client.send("POST /work HTTP/1.1\r\nHost: localhost\r\nService: %s\r\nContent-Length: 7\r\n\r\none "
					.formatted(this.service));
				Awaitility.await().pollDelay(Duration.ofMillis(300)).until(() -> true);
				client.send("two");
				assertThat(client.readResponse()).startsWith("HTTP/1.1 200").contains("answered by b");
			}
		}
		assertThat(refusing.calls()).isOne();
		assertThat(other.executed()).hasSize(2).containsOnly("POST one two");
	}

	@Test
	void anInstanceThatSaysThatItLeavesIsSkippedFromThenOn() throws IOException {
		ScriptedInstance leaving = instance("a").that(Answer.LAME_DUCK);
		ScriptedInstance other = instance("b");
		register(leaving, other);
		for (int call = 0; call < 6; call++) {
			HttpResponse<String> response = send("POST", "one");
			assertThat(response.statusCode()).isEqualTo(200);
			assertThat(response.headers().firstValue("Graceful-Shutdown")).isEmpty();
		}
		assertThat(leaving.executed()).hasSize(1);
		assertThat(other.executed()).hasSize(5);
	}

	@Test
	void aRequestWhoseConnectionIsRefusedIsPassedOnElsewhere() throws IOException {
		ScriptedInstance other = instance("b");
		registry().register(this.service, gone(), other.registered(this.service));
		for (int call = 0; call < 4; call++) {
			assertThat(send("POST", "one").body()).isEqualTo("answered by b");
		}
		assertThat(other.executed()).hasSize(4).containsOnly("POST one");
	}

	@ParameterizedTest
	@ValueSource(ints = { 302, 303, 307 })
	void whatWasExecutedAndRedirectedToWhereNobodyListensIsNeverPassedOnElsewhere(int status) throws IOException {
		String nowhere = gone().getUri() + "/elsewhere";
		ScriptedInstance one = instance("a").thatRedirects(status, nowhere);
		ScriptedInstance other = instance("b").thatRedirects(status, nowhere);
		register(one, other);
		assertThat(send("POST", "one").statusCode()).isGreaterThanOrEqualTo(500);
		assertThat(one.calls() + other.calls()).isOne();
	}

	@Test
	void whatWasExecutedAndRedirectedToWhatIsRefusedIsNeverPassedOnElsewhere() throws IOException {
		ScriptedInstance one = instance("a").thatRedirectsAndRefuses(303);
		ScriptedInstance other = instance("b").thatRedirectsAndRefuses(303);
		register(one, other);
		HttpResponse<String> response = send("POST", "one");
		assertThat(response.statusCode()).isEqualTo(503);
		assertThat(response.headers().map()).doesNotContainKey("Graceful-Shutdown-Method");
		assertThat(one.executed().size() + other.executed().size()).isOne();
	}

	@ParameterizedTest
	@EnumSource(names = { "FAILS", "BREAKS_OFF", "FORGES" })
	void whatWasExecutedIsNeverPassedOnElsewhere(Answer answer) throws IOException {
		ScriptedInstance one = instance("a").that(answer);
		ScriptedInstance other = instance("b").that(answer);
		register(one, other);
		assertThat(send("POST", "one").statusCode()).isGreaterThanOrEqualTo(500);
		assertThat(one.executed().size() + other.executed().size()).isOne();
	}

	@Test
	void whenAllLeaveTheAnswerOfTheLastIsPassedOn() throws IOException {
		ScriptedInstance one = instance("a").that(Answer.REFUSES);
		ScriptedInstance other = instance("b").that(Answer.REFUSES);
		register(one, other);
		HttpResponse<String> response = send("POST", "one");
		assertThat(response.statusCode()).isEqualTo(503);
		assertThat(response.body()).startsWith("answered by");
		assertThat(response.headers().firstValue("Graceful-Shutdown")).isEmpty();
		assertThat(one.calls()).isOne();
		assertThat(other.calls()).isOne();
	}

	@Test
	void aBodyThatIsTooLongToKeepIsNotPassedOnElsewhere() throws IOException {
		ScriptedInstance one = instance("a").that(Answer.REFUSES);
		ScriptedInstance other = instance("b").that(Answer.REFUSES);
		register(one, other);
		assertThat(send("POST", "x".repeat(300_000)).statusCode()).isEqualTo(503);
		assertThat(one.calls() + other.calls()).isOne();
	}

	private HttpResponse<String> send(String method, String body) {
		return gateway.send(method, gateway.port(), "/work",
				body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body), "Service", this.service);
	}

	private ScriptedInstance instance(String id) throws IOException {
		ScriptedInstance instance = new ScriptedInstance(id);
		this.instances.add(instance);
		return instance;
	}

	private void register(ScriptedInstance... registered) {
		registry().register(this.service,
				Stream.of(registered)
					.map((instance) -> instance.registered(this.service))
					.toArray(ServiceInstance[]::new));
	}

	private static Registry registry() {
		return gateway.context().getBean(Registry.class);
	}

	private ServiceInstance gone() throws IOException {
		try (ServerSocket socket = new ServerSocket(0)) {
			return new DefaultServiceInstance("gone", this.service, "localhost", socket.getLocalPort(), false,
					Map.of());
		}
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Registry registry(BeanFactory beanFactory) {
			return new Registry(beanFactory);
		}

		@Bean
		HttpClientCustomizer followingRedirects() {
			return (client) -> client.followRedirect(true);
		}

		@Bean
		RouteLocator routes(RouteLocatorBuilder builder) {
			return builder.routes()
				.route("balanced",
						(route) -> route.path("/**").filters((filters) -> filters.changeRequestUri((exchange) -> {
							String service = exchange.getRequest().getHeaders().getFirst("Service");
							return Optional.of(URI.create("lb://" + service + "/work"));
						})).uri("lb://unknown"))
				.build();
		}

	}

}
