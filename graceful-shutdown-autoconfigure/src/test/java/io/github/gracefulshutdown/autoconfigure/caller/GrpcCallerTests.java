package io.github.gracefulshutdown.autoconfigure.caller;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import io.github.gracefulshutdown.autoconfigure.Background;
import io.github.gracefulshutdown.autoconfigure.ListedServices;
import io.github.gracefulshutdown.autoconfigure.caller.ScriptedGrpcInstance.Answer;
import io.github.gracefulshutdown.autoconfigure.caller.application.GrpcCallingApplication;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.NameResolverRegistry;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.stub.ClientCalls;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Tests for gRPC calls to other services, over real sockets. */
class GrpcCallerTests {

	private static final ListedServices services = new ListedServices();

	private static final Map<String, ConfigurableApplicationContext> contexts = new ConcurrentHashMap<>();

	private static final AtomicInteger count = new AtomicInteger();

	private final String service = "service-" + count.incrementAndGet();

	private final List<ScriptedGrpcInstance> instances = new ArrayList<>();

	private final Map<String, Channel> channels = new ConcurrentHashMap<>();

	private String policy = "pick_first";

	@BeforeAll
	static void start() {
		NameResolverRegistry.getDefaultRegistry().register(services);
	}

	@AfterAll
	static void stop() {
		contexts.values().forEach(ConfigurableApplicationContext::close);
		contexts.clear();
		NameResolverRegistry.getDefaultRegistry().deregister(services);
	}

	@AfterEach
	void stopInstances() {
		this.instances.forEach(ScriptedGrpcInstance::close);
	}

	@ParameterizedTest
	@ValueSource(strings = { "pick_first", "round_robin" })
	void anInstanceThatSaysThatItLeavesIsSkippedFromThenOn(String policy) throws IOException {
		this.policy = policy;
		ScriptedGrpcInstance leaving = instance();
		ScriptedGrpcInstance other = instance();
		connectFirst(leaving, other);
		leaving.that(Answer.LAME_DUCK);
		Awaitility.await().until(() -> call("last") != null && called().evicted().sum() > 0);
		int before = leaving.calls();
		for (int call = 0; call < 10; call++) {
			call("after");
		}
		assertThat(leaving.calls()).isEqualTo(before);
		assertThat(called().evicted().sum()).isOne();
		assertThat(called().retried().sum()).isZero();
	}

	@ParameterizedTest
	@ValueSource(strings = { "pick_first", "round_robin" })
	void aRefusedCallIsSentElsewhere(String policy) throws IOException {
		this.policy = policy;
		ScriptedGrpcInstance refusing = instance();
		ScriptedGrpcInstance other = instance();
		connectFirst(refusing, other);
		refusing.that(Answer.REFUSES);
		for (int call = 0; call < 10; call++) {
			call("after");
		}
		assertThat(refusing.calls()).isOne();
		assertThat(other.executed()).hasSize(10);
		assertThat(called().retried().sum()).isOne();
		assertThat(called().exhausted().sum()).isZero();
	}

	@Test
	void aStreamFromTheServerThatIsRefusedBeginsElsewhere() throws IOException {
		ScriptedGrpcInstance refusing = instance().that(Answer.REFUSES);
		ScriptedGrpcInstance other = instance();
		connectFirst(refusing, other);
		Iterator<HealthCheckResponse> answers = ClientCalls.blockingServerStreamingCall(channel(),
				ScriptedGrpcInstance.SERVER_STREAM, CallOptions.DEFAULT, request("one"));
		assertThat(answers).toIterable().hasSize(2);
		assertThat(refusing.calls()).isOne();
		assertThat(other.executed()).containsExactly("one");
	}

	@Test
	void aStreamOfWhichSomethingHasComeIsNotSentAgain() throws IOException {
		ScriptedGrpcInstance breaking = instance().that(Answer.BREAKS_OFF);
		ScriptedGrpcInstance other = instance();
		connectFirst(breaking, other);
		Iterator<HealthCheckResponse> answers = ClientCalls.blockingServerStreamingCall(channel(),
				ScriptedGrpcInstance.SERVER_STREAM, CallOptions.DEFAULT, request("one"));
		answers.next();
		assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(answers::next)
			.satisfies((ex) -> assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE))
			.satisfies((ex) -> assertUnmarked(ex.getTrailers()));
		assertThat(breaking.executed()).containsExactly("one");
		assertThat(other.calls()).isZero();
	}

	@Test
	void aStreamFromTheClientIsNotSentAgainAndTheInstanceIsSkipped() throws IOException {
		ScriptedGrpcInstance refusing = instance().that(Answer.REFUSES);
		ScriptedGrpcInstance other = instance();
		connectFirst(refusing, other);
		assertThat(send(ScriptedGrpcInstance.CLIENT_STREAM, "one").join().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
		assertThat(other.calls()).isZero();
		assertThat(send(ScriptedGrpcInstance.CLIENT_STREAM, "two").join().isOk()).isTrue();
		assertThat(other.executed()).containsExactly("two");
		assertThat(called().exhausted().sum()).isOne();
	}

	@Test
	void aCallThatFailedWithoutTheMarkerIsNotSentAgain() throws IOException {
		ScriptedGrpcInstance failing = instance().that(Answer.FAILS);
		ScriptedGrpcInstance other = instance();
		connectFirst(failing, other);
		assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(() -> call("one"));
		assertThat(failing.executed()).containsExactly("one");
		assertThat(other.calls()).isZero();
	}

	@Test
	void aRefusalWithTheStatusOfSomethingElseIsNone() throws IOException {
		ScriptedGrpcInstance failing = instance().that(Answer.REFUSES_IN_OTHER_WORDS);
		ScriptedGrpcInstance other = instance();
		connectFirst(failing, other);
		assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(() -> call("one"))
			.satisfies((ex) -> assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.INTERNAL));
		assertThat(other.calls()).isZero();
	}

	@Test
	void theMarkerIsTakenOffAnAnswer() throws IOException {
		list(instance().that(Answer.LAME_DUCK));
		Metadata received = new Metadata();
		ClientCall<HealthCheckRequest, HealthCheckResponse> call = channel().newCall(ScriptedGrpcInstance.UNARY,
				CallOptions.DEFAULT);
		CompletableFuture<Status> ended = new CompletableFuture<>();
		call.start(new ClientCall.Listener<>() {

			@Override
			public void onHeaders(Metadata headers) {
				received.merge(headers);
			}

			@Override
			public void onClose(Status status, Metadata trailers) {
				received.merge(trailers);
				ended.complete(status);
			}

		}, new Metadata());
		call.request(2);
		call.sendMessage(request("one"));
		call.halfClose();
		assertThat(ended.join().isOk()).isTrue();
		assertUnmarked(received);
	}

	@ParameterizedTest
	@ValueSource(strings = { "pick_first", "round_robin" })
	void ofInstancesThatAllLeaveOneIsCalledAndItsAnswerPassedOn(String policy) throws IOException {
		this.policy = policy;
		ScriptedGrpcInstance one = instance().that(Answer.LAME_DUCK);
		ScriptedGrpcInstance two = instance().that(Answer.LAME_DUCK);
		list(one, two);
		for (int call = 0; call < 10; call++) {
			call("one");
		}
		one.that(Answer.REFUSES);
		two.that(Answer.REFUSES);
		int before = one.calls() + two.calls();
		assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(() -> call("one"))
			.satisfies((ex) -> assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE))
			.satisfies((ex) -> assertUnmarked(ex.getTrailers()));
		assertThat(one.calls() + two.calls()).isEqualTo(before + 2);
		assertThat(called().exhausted().sum()).isOne();
		one.that(Answer.SERVES);
		Awaitility.await().ignoreException(StatusRuntimeException.class).until(() -> call("two") != null);
	}

	@Test
	void theOnlyInstanceIsNotCalledTwice() throws IOException {
		ScriptedGrpcInstance only = instance().that(Answer.REFUSES);
		list(only);
		assertThatExceptionOfType(StatusRuntimeException.class).isThrownBy(() -> call("one"));
		assertThat(only.calls()).isOne();
	}

	@Test // of the policy that comes back by itself
	void anInstanceThatStaysIsCalledAgainWhenTheTimeIsOver() throws IOException {
		ConfigurableApplicationContext context = GrpcCallingApplication.start("round_robin",
				"graceful.shutdown.caller.eviction-time=200ms");
		try (context) {
			ScriptedGrpcInstance leaving = instance().that(Answer.LAME_DUCK);
			ScriptedGrpcInstance other = instance();
			list(leaving, other);
			Channel channel = GrpcCallingApplication.channel(context, this.service);
			Awaitility.await().until(() -> call(channel, "one") != null && leaving.calls() > 0);
			leaving.that(Answer.SERVES);
			int before = leaving.calls();
			Awaitility.await().until(() -> call(channel, "two") != null && leaving.calls() > before);
		}
	}

	@Test
	void whatReplacesAnInstanceOnItsAddressIsCalledAtOnce() throws IOException {
		this.policy = "round_robin";
		ScriptedGrpcInstance leaving = instance().that(Answer.LAME_DUCK);
		ScriptedGrpcInstance other = instance();
		list(leaving, other);
		Awaitility.await().until(() -> call("before") != null && leaving.calls() > 0);
		list(other);
		leaving.that(Answer.SERVES);
		list(leaving, other);
		int before = leaving.calls();
		Awaitility.await().until(() -> call("after") != null && leaving.calls() > before);
	}

	@ParameterizedTest
	@ValueSource(strings = { "pick_first", "round_robin" })
	void manyThatAreRefusedAtOnceAllEndElsewhere(String policy) throws IOException {
		this.policy = policy;
		ScriptedGrpcInstance refusing = instance();
		ScriptedGrpcInstance other = instance();
		connectFirst(refusing, other);
		refusing.that(Answer.REFUSES);
		List<String> requests = IntStream.range(0, 50).mapToObj((number) -> "request-" + number).toList();
		List<CompletableFuture<HealthCheckResponse>> calls = requests.stream()
			.map((request) -> Background.call(() -> call(request)))
			.toList();
		calls.forEach(CompletableFuture::join);
		assertThat(other.executed().stream().filter(requests::contains)).containsExactlyInAnyOrderElementsOf(requests);
		assertThat(called().retried().sum()).isEqualTo(refusing.calls()).isBetween(1L, 50L);
		assertThat(called().evicted().sum()).isOne();
	}

	@Test
	void whatIsSentAfterTheRefusalGoesElsewhere() throws IOException {
		ScriptedGrpcInstance refusing = instance().that(Answer.REFUSES);
		ScriptedGrpcInstance other = instance();
		connectFirst(refusing, other);
		ClientCall<HealthCheckRequest, HealthCheckResponse> call = channel().newCall(ScriptedGrpcInstance.UNARY,
				CallOptions.DEFAULT);
		CompletableFuture<Status> ended = new CompletableFuture<>();
		call.start(endOf(ended), new Metadata());
		call.request(Integer.MAX_VALUE);
		call.request(1);
		call.sendMessage(request("one"));
		Awaitility.await().until(() -> other.calls() == 1);
		call.halfClose();
		assertThat(ended.join().isOk()).isTrue();
		assertThat(other.executed()).containsExactly("one");
	}

	@Test
	void aCallThatIsCancelledEnds() throws IOException {
		list(instance().that(Answer.REFUSES), instance());
		ClientCall<HealthCheckRequest, HealthCheckResponse> call = channel().newCall(ScriptedGrpcInstance.UNARY,
				CallOptions.DEFAULT);
		CompletableFuture<Status> ended = new CompletableFuture<>();
		call.start(endOf(ended), new Metadata());
		call.cancel("no longer needed", null);
		assertThat(ended.join().getCode()).isEqualTo(Status.Code.CANCELLED);
	}

	private static ClientCall.Listener<HealthCheckResponse> endOf(CompletableFuture<Status> ended) {
		return new ClientCall.Listener<>() {

			@Override
			public void onClose(Status status, Metadata trailers) {
				ended.complete(status);
			}

		};
	}

	private CompletableFuture<Status> send(MethodDescriptor<HealthCheckRequest, HealthCheckResponse> method,
			String request) {
		ClientCall<HealthCheckRequest, HealthCheckResponse> call = channel().newCall(method, CallOptions.DEFAULT);
		CompletableFuture<Status> ended = new CompletableFuture<>();
		call.start(endOf(ended), new Metadata());
		call.request(2);
		call.sendMessage(request(request));
		call.halfClose();
		return ended;
	}

	private static void assertUnmarked(Metadata metadata) {
		assertThat(metadata.containsKey(ScriptedGrpcInstance.MARKER)).isFalse();
		assertThat(metadata.containsKey(ScriptedGrpcInstance.INSTANCE)).isFalse();
		assertThat(metadata.containsKey(ScriptedGrpcInstance.PUSHBACK)).isFalse();
	}

	private ScriptedGrpcInstance instance() throws IOException {
		ScriptedGrpcInstance instance = new ScriptedGrpcInstance();
		this.instances.add(instance);
		return instance;
	}

	private void list(ScriptedGrpcInstance... listed) {
		services.list(this.service, List.of(listed).stream().mapToInt(ScriptedGrpcInstance::port).toArray());
	}

	/** Connects to the first before there are others: the first to connect is called. */
	private void connectFirst(ScriptedGrpcInstance first, ScriptedGrpcInstance other) {
		list(first);
		assertThatExceptionOfType(StatusRuntimeException.class)
			.isThrownBy(() -> ClientCalls.blockingUnaryCall(channel(), ScriptedGrpcInstance.UNKNOWN,
					CallOptions.DEFAULT, request("connect")))
			.satisfies((ex) -> assertThat(ex.getStatus().getCode()).isEqualTo(Status.Code.UNIMPLEMENTED));
		list(first, other);
	}

	private HealthCheckResponse call(String request) {
		return call(channel(), request);
	}

	private static HealthCheckResponse call(Channel channel, String request) {
		return ClientCalls.blockingUnaryCall(channel, ScriptedGrpcInstance.UNARY, CallOptions.DEFAULT,
				request(request));
	}

	private static HealthCheckRequest request(String service) {
		return HealthCheckRequest.newBuilder().setService(service).build();
	}

	private Channel channel() {
		return this.channels.computeIfAbsent(this.service,
				(service) -> GrpcCallingApplication.channel(context(), service));
	}

	private ConfigurableApplicationContext context() {
		return contexts.computeIfAbsent(this.policy,
				(policy) -> GrpcCallingApplication.start(policy, "graceful.shutdown.caller.retry.budget=1"));
	}

	private CalledService called() {
		return context().getBean(Calls.class).services().get(this.service);
	}

}
