package io.github.gracefulshutdown.autoconfigure.caller;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import io.github.gracefulshutdown.autoconfigure.caller.CallingApplication.Registry;
import io.github.gracefulshutdown.autoconfigure.caller.ScriptedInstance.Answer;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.cloud.client.DefaultServiceInstance;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.LoadBalancerClient;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.reactive.function.BodyInserters;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/** Tests for calls that go through Spring Cloud LoadBalancer, over real sockets. */
class LoadBalancerCallerIT {

	private static final AtomicInteger services = new AtomicInteger();

	private static ConfigurableApplicationContext context;

	private final String service = "service-" + services.incrementAndGet();

	private final List<ScriptedInstance> instances = new ArrayList<>();

	@BeforeAll
	static void start() {
		context = CallingApplication.start();
	}

	@AfterAll
	static void stop() {
		context.close();
	}

	@AfterEach
	void stopInstances() {
		this.instances.forEach(ScriptedInstance::close);
	}

	@ParameterizedTest
	@EnumSource
	void anInstanceThatSaysThatItLeavesIsSkippedFromThenOn(BalancedClient client) throws IOException {
		ScriptedInstance leaving = instance("a").that(Answer.LAME_DUCK);
		ScriptedInstance other = instance("b");
		register(leaving, other);
		for (int call = 0; call < 10; call++) {
			ResponseEntity<String> response = call(client, HttpMethod.POST, "one");
			assertThat(response.getStatusCode().value()).isEqualTo(200);
			assertThat(BalancedClient.marker(response.getHeaders())).isEqualTo("null of null");
		}
		assertThat(leaving.executed()).hasSize(1);
		assertThat(other.executed()).hasSize(9);
		assertThat(meter("evicted")).isOne();
		assertThat(meter("retried")).isZero();
	}

	@ParameterizedTest
	@MethodSource("clientsAndMethods")
	void aRefusedRequestIsSentElsewhereWhateverItsMethod(BalancedClient client, String method) throws IOException {
		ScriptedInstance refusing = instance("a").that(Answer.REFUSES);
		ScriptedInstance other = instance("b");
		register(refusing, other);
		@Nullable String body = method.equals("GET") ? null : "a body";
		for (int call = 0; call < 4; call++) {
			ResponseEntity<String> response = call(client, HttpMethod.valueOf(method), body);
			assertThat(response.getStatusCode().value()).isEqualTo(200);
			assertThat(response.getBody()).isEqualTo("answered by b");
		}
		assertThat(refusing.calls()).isOne();
		assertThat(other.executed()).hasSize(4).containsOnly((body != null) ? method + " " + body : method);
		assertThat(meter("retried")).isOne();
		assertThat(meter("retry.exhausted")).isZero();
	}

	static Stream<Object[]> clientsAndMethods() {
		return Stream.of(BalancedClient.values())
			.flatMap((client) -> Stream.of("GET", "POST", "PUT", "DELETE")
				.map((method) -> new Object[] { client, method }));
	}

	@ParameterizedTest
	@EnumSource
	void aRequestWhoseConnectionIsRefusedIsSentElsewhere(BalancedClient client) throws IOException {
		ScriptedInstance other = instance("b");
		context.getBean(Registry.class).register(this.service, gone(), other.registered(this.service));
		for (int call = 0; call < 10; call++) {
			assertThat(call(client, HttpMethod.POST, "one").getBody()).isEqualTo("answered by b");
		}
		assertThat(other.executed()).hasSize(10);
		assertThat(meter("retried")).isOne();
		assertThat(meter("evicted")).isOne();
	}

	@ParameterizedTest
	@EnumSource
	void aRequestOfAClientThatFollowsRedirectsIsSentElsewhereWhenItsConnectionIsRefused(FollowingClient client)
			throws IOException {
		ScriptedInstance other = instance("b");
		context.getBean(Registry.class).register(this.service, gone(), other.registered(this.service));
		for (int call = 0; call < 10; call++) {
			assertThat(client.post(context, url(), "one")).isEqualTo("answered by b");
		}
		assertThat(other.executed()).hasSize(10).containsOnly("POST one");
		assertThat(meter("retried")).isOne();
		assertThat(meter("evicted")).isOne();
	}

	@ParameterizedTest
	@MethodSource("followingClientsAndRedirects")
	void aRequestThatWasExecutedAndRedirectedToWhereNobodyListensIsNeverSentAgain(FollowingClient client, int status)
			throws IOException {
		String nowhere = gone().getUri() + "/elsewhere";
		ScriptedInstance one = instance("a").thatRedirects(status, nowhere);
		ScriptedInstance other = instance("b").thatRedirects(status, nowhere);
		register(one, other);
		assertThatException().isThrownBy(() -> client.post(context, url(), "one"))
			.satisfies((ex) -> assertThat(ConnectFailure.isCauseOf(ex)).isTrue());
		assertThat(one.calls() + other.calls()).isOne();
		assertThat(one.executed().size() + other.executed().size()).isOne();
		assertThat(meter("retried") + meter("evicted")).isZero();
	}

	@ParameterizedTest
	@EnumSource
	void aRequestThatWasExecutedAndRedirectedToWhatIsRefusedIsNeverSentAgain(FollowingClient client)
			throws IOException {
		ScriptedInstance one = instance("a").thatRedirectsAndRefuses(303);
		ScriptedInstance other = instance("b").thatRedirectsAndRefuses(303);
		register(one, other);
		assertThatException().isThrownBy(() -> client.post(context, url(), "one")).withMessageContaining("503");
		assertThat(Stream.of(one, other).flatMap((instance) -> instance.executed().stream()))
			.containsExactly("POST one");
		assertThat(meter("retried")).isZero();
		assertThat(meter("evicted")).isOne();
	}

	static Stream<Object[]> followingClientsAndRedirects() {
		return Stream.of(FollowingClient.values())
			.flatMap((client) -> Stream.of(302, 303, 307).map((status) -> new Object[] { client, status }));
	}

	@ParameterizedTest
	@EnumSource
	void aRequestThatWasExecutedAndFailedIsNeverSentAgain(BalancedClient client) throws IOException {
		ScriptedInstance one = instance("a").that(Answer.BREAKS_OFF);
		ScriptedInstance other = instance("b").that(Answer.BREAKS_OFF);
		register(one, other);
		assertThatException().isThrownBy(() -> call(client, HttpMethod.POST, "one"));
		assertThat(one.calls() + other.calls()).isOne();
		assertThat(meter("retried") + meter("evicted")).isZero();
	}

	@ParameterizedTest
	@EnumSource
	void a503OfTheApplicationIsNeverSentAgain(BalancedClient client) throws IOException {
		ScriptedInstance one = instance("a").that(Answer.FAILS);
		ScriptedInstance other = instance("b").that(Answer.FAILS);
		register(one, other);
		assertThat(call(client, HttpMethod.GET, null).getStatusCode().value()).isEqualTo(503);
		assertThat(call(client, HttpMethod.POST, "one").getStatusCode().value()).isEqualTo(503);
		assertThat(one.executed().size() + other.executed().size()).isEqualTo(2);
		assertThat(meter("retried") + meter("evicted")).isZero();
	}

	@ParameterizedTest
	@CsvSource({ "REST_TEMPLATE, FORGES", "REST_CLIENT, FORGES", "WEB_CLIENT, FORGES", "REST_CLIENT, FORGES_LAME_DUCK",
			"WEB_CLIENT, FORGES_LAME_DUCK" })
	void aMarkerOfAnotherInstanceEvictsNoneAndIsNoProof(BalancedClient client, Answer answer) throws IOException {
		ScriptedInstance forging = instance("a").that(answer);
		ScriptedInstance other = instance("another");
		register(forging, other);
		for (int call = 0; call < 10; call++) {
			ResponseEntity<String> response = call(client, HttpMethod.POST, "one");
			assertThat(BalancedClient.marker(response.getHeaders())).isEqualTo("null of null");
		}
		assertThat(forging.executed()).hasSize(5);
		assertThat(other.executed()).hasSize(5);
		assertThat(meter("retried") + meter("evicted")).isZero();
	}

	@ParameterizedTest
	@EnumSource
	void whenAllLeaveTheLastIsCalledAndItsAnswerPassedOn(BalancedClient client) throws IOException {
		ScriptedInstance last = instance("a").that(Answer.REFUSES);
		register(last);
		for (int call = 1; call <= 3; call++) {
			ResponseEntity<String> response = call(client, HttpMethod.POST, "one");
			assertThat(response.getStatusCode().value()).isEqualTo(503);
			assertThat(response.getBody()).isEqualTo("answered by a");
			assertThat(BalancedClient.marker(response.getHeaders())).isEqualTo("null of null");
			assertThat(last.calls()).isEqualTo(call);
		}
		last.that(Answer.LAME_DUCK);
		assertThat(call(client, HttpMethod.POST, "one").getStatusCode().value()).isEqualTo(200);
		assertThat(meter("retry.exhausted")).isEqualTo(3);
	}

	@ParameterizedTest
	@EnumSource
	void aCallGoesToThreeInstancesAtMost(BalancedClient client) throws IOException {
		ScriptedInstance[] all = { instance("a"), instance("b"), instance("c"), instance("d"), instance("e") };
		Stream.of(all).forEach((instance) -> instance.that(Answer.REFUSES));
		register(all);
		assertThat(call(client, HttpMethod.POST, "one").getStatusCode().value()).isEqualTo(503);
		assertThat(Stream.of(all).mapToInt(ScriptedInstance::calls)).containsOnly(0, 1);
		assertThat(Stream.of(all).mapToInt(ScriptedInstance::calls).sum()).isEqualTo(3);
		assertThat(meter("retried")).isEqualTo(2);
		assertThat(meter("retry.exhausted")).isOne();
	}

	@ParameterizedTest
	@EnumSource
	void aCallGoesToNoInstanceTwiceWhenThereAreFew(BalancedClient client) throws IOException {
		ScriptedInstance one = instance("a").that(Answer.REFUSES);
		ScriptedInstance other = instance("b").that(Answer.REFUSES);
		register(one, other);
		assertThat(call(client, HttpMethod.POST, "one").getStatusCode().value()).isEqualTo(503);
		assertThat(one.calls()).isOne();
		assertThat(other.calls()).isOne();
	}

	@ParameterizedTest
	@EnumSource
	void aFleetThatRefusesEverythingGetsLittleMoreLoad(BalancedClient client) throws IOException {
		ScriptedInstance[] all = { instance("a"), instance("b"), instance("c") };
		Stream.of(all).forEach((instance) -> instance.that(Answer.REFUSES));
		register(all);
		for (int call = 0; call < 100; call++) {
			assertThat(call(client, HttpMethod.POST, "one").getStatusCode().value()).isEqualTo(503);
		}
		int requests = Stream.of(all).mapToInt(ScriptedInstance::calls).sum();
		System.out.printf("%s: 100 calls of a fleet that refuses everything were %d requests%n", client, requests);
		assertThat(requests).isBetween(125, 130);
		assertThat(meter("retried")).isEqualTo(requests - 100);
	}

	@ParameterizedTest
	@EnumSource(names = { "REST_CLIENT", "WEB_CLIENT" })
	void whatComesAfterTheLoadBalancerActsOnEveryRequestOnce(BalancedClient client) throws IOException {
		ScriptedInstance refusing = instance("a").that(Answer.REFUSES);
		ScriptedInstance other = instance("b");
		register(refusing, other);
		call(client, HttpMethod.POST, "one");
		call(client, HttpMethod.POST, "two");
		assertThat(meter("retried")).isOne();
		assertThat(other.received()).hasSize(2);
		for (ScriptedInstance instance : this.instances) {
			assertThat(instance.received()).isNotEmpty()
				.allSatisfy((headers) -> assertThat(headers.get(BalancedClient.SIGNATURE))
					.containsExactly(String.valueOf(instance.port())));
		}
	}

	@Test
	void aReplacementOnTheSameAddressIsCalledAtOnce() throws IOException {
		ScriptedInstance leaving = instance("a").that(Answer.LAME_DUCK);
		ScriptedInstance other = instance("b");
		register(leaving, other);
		calls(4);
		assertThat(leaving.executed()).hasSize(1);
		leaving.restart("a, the second");
		register(leaving, other);
		calls(4);
		assertThat(leaving.executed()).hasSize(3);
	}

	@Test
	void aReplacementThatOnlyItsAddressIsKnownOfIsCalledOnceItWasNotListed() throws IOException {
		ScriptedInstance leaving = instance("a").that(Answer.LAME_DUCK);
		ScriptedInstance other = instance("b");
		Registry registry = context.getBean(Registry.class);
		registry.register(this.service, leaving.listed(this.service), other.listed(this.service));
		calls(4);
		assertThat(leaving.executed()).hasSize(1);
		registry.register(this.service, other.listed(this.service));
		calls(1);
		leaving.restart("a, the second");
		registry.register(this.service, leaving.listed(this.service), other.listed(this.service));
		calls(4);
		assertThat(leaving.executed()).hasSize(3);
	}

	@Test
	void anInstanceThatDoesNotLeaveAfterAllIsCalledAgain() throws IOException {
		ScriptedInstance one = instance("a").that(Answer.LAME_DUCK);
		ScriptedInstance other = instance("b").that(Answer.LAME_DUCK);
		register(one, other);
		calls(2);
		one.that(Answer.SERVES);
		calls(10);
		assertThat(one.executed()).hasSizeGreaterThan(8);
	}

	@Test
	void anInstanceComesBackWhenTheEvictionTimeIsOver() throws IOException {
		try (ConfigurableApplicationContext own = CallingApplication
			.start("graceful.shutdown.caller.eviction-time=1s")) {
			ScriptedInstance leaving = instance("a").that(Answer.LAME_DUCK);
			register(own, leaving, instance("b"));
			calls(own, 4);
			assertThat(leaving.executed()).hasSize(1);
			Awaitility.await().pollInterval(Duration.ofMillis(100)).atLeast(Duration.ofMillis(800)).until(() -> {
				calls(own, 2);
				return leaving.executed().size() == 2;
			});
		}
	}

	@Test
	void nothingIsDoneWhenDisabled() throws IOException {
		try (ConfigurableApplicationContext own = CallingApplication.start("graceful.shutdown.caller.enabled=false")) {
			ScriptedInstance refusing = instance("a").that(Answer.REFUSES);
			register(own, refusing, instance("b"));
			List<String> answers = new ArrayList<>();
			for (int call = 0; call < 4; call++) {
				ResponseEntity<String> response = BalancedClient.REST_CLIENT.call(own, HttpMethod.GET, url(), null);
				answers.add(response.getStatusCode().value() + " " + BalancedClient.marker(response.getHeaders()));
			}
			assertThat(answers).containsOnly("503 rejected of a", "200 null of null").contains("503 rejected of a");
			assertThat(refusing.calls()).isEqualTo(2);
			assertThat(own.getBeansOfType(LoadBalancerClient.class).values())
				.noneMatch(RetryingLoadBalancerClient.class::isInstance);
		}
	}

	@Test
	void anInstanceThatIsPreferredIsLeftWhenItLeaves() throws IOException {
		try (ConfigurableApplicationContext own = CallingApplication
			.start("spring.cloud.loadbalancer.configurations=same-instance-preference")) {
			ScriptedInstance one = instance("a").that(Answer.REFUSES);
			ScriptedInstance other = instance("b").that(Answer.LAME_DUCK);
			ScriptedInstance third = instance("c");
			register(own, one, other, third);
			for (BalancedClient client : BalancedClient.values()) {
				for (int call = 0; call < 5; call++) {
					assertThat(client.call(own, HttpMethod.POST, url(), "one").getStatusCode().value()).isEqualTo(200);
				}
			}
			assertThat(one.calls()).isLessThan(2);
			assertThat(other.calls()).isLessThan(2);
			assertThat(third.executed()).hasSizeGreaterThan(13);
		}
	}

	@Test
	void aCallToAnInstanceThatTheApplicationHasChosenGoesToNoOther() throws IOException {
		ScriptedInstance refusing = instance("a").that(Answer.REFUSES);
		ScriptedInstance other = instance("b");
		register(refusing, other);
		List<Object> called = new ArrayList<>();
		context.getBean(LoadBalancerClient.class).execute(this.service, refusing.registered(this.service), (chosen) -> {
			called.add(chosen);
			return "done";
		});
		assertThat(called).hasSize(1);
	}

	@ParameterizedTest
	@CsvSource({ "1000, 200, 1", "300000, 503, 0" })
	void aBodyThatIsProducedOnceIsKeptUpToASize(int size, int status, int retries) throws IOException {
		ScriptedInstance one = instance("a").that(Answer.REFUSES);
		ScriptedInstance other = instance("b");
		register(one, other);
		AtomicInteger produced = new AtomicInteger();
		int answered = 0;
		for (int call = 0; call < 2 && one.calls() == 0; call++) {
			answered = sendOnce(size, produced);
		}
		assertThat(one.calls()).isOne();
		assertThat(answered).isEqualTo(status);
		assertThat(meter("retried")).isEqualTo(retries);
		assertThat(meter("retry.exhausted")).isEqualTo(1 - retries);
		if (retries > 0) {
			assertThat(other.executed())
				.allSatisfy((executed) -> assertThat(executed).hasSize("POST ".length() + size));
			assertThat(other.received())
				.allSatisfy((headers) -> assertThat(headers.getFirst("Content-Type")).isEqualTo("text/plain"));
		}
	}

	/** The instance does not wait for the body, and the answer is here before its end. */
	@Test
	void aRequestThatIsRefusedBeforeItsBodyHasComeIsSentElsewhere() throws IOException {
		ScriptedInstance refusing = instance("a").that(Answer.REFUSES_AT_ONCE);
		ScriptedInstance other = instance("b");
		register(refusing, other);
		Flux<DataBuffer> body = Flux.concat(Mono.just("one "), Mono.delay(Duration.ofMillis(300)).thenReturn("two"))
			.map((part) -> DefaultDataBufferFactory.sharedInstance.wrap(part.getBytes(StandardCharsets.UTF_8)));
		for (int call = 0; call < 2; call++) {
			String answer = context.getBean(WebClient.Builder.class)
				.build()
				.post()
				.uri(url())
				.body(BodyInserters.fromDataBuffers(body))
				.retrieve()
				.bodyToMono(String.class)
				.block(Duration.ofSeconds(20));
			assertThat(answer).isEqualTo("answered by b");
		}
		assertThat(refusing.calls()).isOne();
		assertThat(other.executed()).hasSize(2).containsOnly("POST one two");
	}

	private int sendOnce(int size, AtomicInteger produced) {
		int half = size / 2;
		Flux<DataBuffer> body = Flux.defer(() -> {
			produced.incrementAndGet();
			return Flux.just("x".repeat(half), "y".repeat(size - half))
				.map((part) -> (DataBuffer) DefaultDataBufferFactory.sharedInstance
					.wrap(part.getBytes(StandardCharsets.UTF_8)));
		});
		int before = produced.get();
		ResponseEntity<Void> response = context.getBean(WebClient.Builder.class)
			.build()
			.post()
			.uri(url())
			.contentType(MediaType.TEXT_PLAIN)
			.body(BodyInserters.fromDataBuffers(body))
			.exchangeToMono(ClientResponse::toBodilessEntity)
			.block(Duration.ofSeconds(20));
		assertThat(produced.get() - before).as("times that the body was produced").isOne();
		return Objects.requireNonNull(response).getStatusCode().value();
	}

	private ScriptedInstance instance(String id) throws IOException {
		ScriptedInstance instance = new ScriptedInstance(id);
		this.instances.add(instance);
		return instance;
	}

	private void register(ScriptedInstance... registered) {
		register(context, registered);
	}

	private void register(ConfigurableApplicationContext context, ScriptedInstance... registered) {
		context.getBean(Registry.class)
			.register(this.service,
					Stream.of(registered)
						.map((instance) -> instance.registered(this.service))
						.toArray(ServiceInstance[]::new));
	}

	private ServiceInstance gone() throws IOException {
		try (ServerSocket socket = new ServerSocket(0)) {
			return new DefaultServiceInstance("gone", this.service, "localhost", socket.getLocalPort(), false,
					Map.of());
		}
	}

	private void calls(int number) {
		calls(context, number);
	}

	private void calls(ConfigurableApplicationContext context, int number) {
		for (int call = 0; call < number; call++) {
			assertThat(BalancedClient.REST_CLIENT.call(context, HttpMethod.POST, url(), "one").getStatusCode().value())
				.isEqualTo(200);
		}
	}

	private ResponseEntity<String> call(BalancedClient client, HttpMethod method, @Nullable String body) {
		return client.call(context, method, url(), body);
	}

	private String url() {
		return "http://" + this.service + "/work";
	}

	private double meter(String name) {
		MeterRegistry registry = new SimpleMeterRegistry();
		new CallerMetrics(context.getBean(Calls.class)).bindTo(registry);
		return registry.get("graceful.shutdown.caller." + name).tag("service", this.service).functionCounter().count();
	}

}
