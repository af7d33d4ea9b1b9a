package io.github.gracefulshutdown.autoconfigure.grpc;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;

import io.github.gracefulshutdown.Outcome;
import io.github.gracefulshutdown.Stage;
import io.github.gracefulshutdown.autoconfigure.LastCallEvent;
import io.github.gracefulshutdown.autoconfigure.ListedServices;
import io.grpc.CallOptions;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.NameResolverRegistry;
import io.grpc.Server;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import org.springframework.context.ApplicationEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.core.PriorityOrdered;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for what the clients of open connections are told when the context closes. */
class GrpcGoAwayTests {

	private final GrpcApplication leaving = GrpcApplication.start();

	private final GrpcApplication staying = GrpcApplication.start();

	private final ListedServices services = new ListedServices();

	// Without a policy for retries, so it retries only what was surely not executed.
	private final ManagedChannel channel = channel();

	private ManagedChannel channel() {
		this.services.list("both", this.leaving.server().getPort(), this.staying.server().getPort());
		NameResolverRegistry.getDefaultRegistry().register(this.services);
		return ManagedChannelBuilder.forTarget(ListedServices.SCHEME + ":///both").usePlaintext().build();
	}

	@AfterEach
	void close() {
		this.channel.shutdownNow();
		NameResolverRegistry.getDefaultRegistry().deregister(this.services);
		this.leaving.close();
		this.staying.close();
	}

	private String call(String request) {
		return ClientCalls.blockingUnaryCall(this.channel, EchoService.UNARY, CallOptions.DEFAULT, request);
	}

	private ConnectivityState state() {
		return this.channel.getState(false);
	}

	@Test
	void goAwayIsSentAtTheMomentOfBlockingWhileCallsInFlightGoOn() throws Exception {
		CompletableFuture<String> inFlight = GrpcApplication.supplyAsync(() -> call("block-go-away"));
		this.leaving.awaitInFlight(1);
		Server server = this.leaving.server();
		CompletableFuture<Void> closed = this.leaving.closeAsync();
		this.leaving.awaitStage(Stage.BLOCKING);
		Awaitility.await().until(() -> state() == ConnectivityState.IDLE);
		assertThat(call("elsewhere")).isEqualTo("elsewhere");
		assertThat(closed).isNotDone();
		assertThat(this.leaving.gate().inFlight()).isOne();
		EchoService.release("block-go-away");
		assertThat(inFlight.get(10, TimeUnit.SECONDS)).isEqualTo("block-go-away");
		closed.get(10, TimeUnit.SECONDS);
		assertThat(server.isTerminated()).isTrue();
	}

	@Test
	void goAwayIsSentAndCallsEndWhateverListenersDo() throws Exception {
		try (GrpcApplication application = GrpcApplication.start(BrokenListener.class)) {
			CompletableFuture<String> inFlight = GrpcApplication.supplyAsync(() -> application.call("block-broken"));
			application.awaitInFlight(1);
			Server server = application.server();
			CompletableFuture<Void> closed = application.closeAsync();
			application.awaitStage(Stage.BLOCKING);
			assertThat(server.isShutdown()).isTrue();
			EchoService.release("block-broken");
			assertThat(inFlight.get(10, TimeUnit.SECONDS)).isEqualTo("block-broken");
			closed.get(10, TimeUnit.SECONDS);
			assertThat(server.isTerminated()).isTrue();
		}
	}

	@Test
	void aDrainThatMayBeUndoneKeepsTheConnections() throws Exception {
		assertThat(call("hello")).isEqualTo("hello");
		assertThat(this.leaving.sequence().drain().get(10, TimeUnit.SECONDS)).isEqualTo(Outcome.CLEAN);
		assertThat(this.leaving.server().isShutdown()).isFalse();
		assertThat(state()).isEqualTo(ConnectivityState.READY);
		this.leaving.sequence().resume();
		assertThat(call("again")).isEqualTo("again");
	}

	@Test
	void goAwayIsSentWhenTheContextClosesDuringADrain() throws Exception {
		CompletableFuture<String> inFlight = GrpcApplication.supplyAsync(() -> call("block-drain-first"));
		this.leaving.awaitInFlight(1);
		CompletableFuture<Outcome> drained = this.leaving.sequence().drain();
		this.leaving.awaitStage(Stage.BLOCKING);
		CompletableFuture<Void> closed = this.leaving.closeAsync();
		Awaitility.await().until(() -> this.leaving.sequence().isClosing());
		assertThat(state()).isEqualTo(ConnectivityState.READY);
		assertThat(outcome()).isEqualTo("rejected");
		Awaitility.await().until(() -> state() == ConnectivityState.IDLE);
		assertThat(call("elsewhere")).isEqualTo("elsewhere");
		EchoService.release("block-drain-first");
		assertThat(inFlight.get(10, TimeUnit.SECONDS)).isEqualTo("block-drain-first");
		assertThat(drained.get(10, TimeUnit.SECONDS)).isEqualTo(Outcome.CLEAN);
		closed.get(10, TimeUnit.SECONDS);
	}

	@Test
	void noCallOfAStormFails() throws Exception {
		assertThat(storm()).containsOnlyKeys("ok");
	}

	@Test
	void noCallOfAStormFailsBesideOneThatLasts() throws Exception {
		CompletableFuture<String> lasting = GrpcApplication.supplyAsync(() -> call("block-storm"));
		this.leaving.awaitInFlight(1);
		CompletableFuture<?> released = GrpcApplication.supplyAsync(() -> {
			this.leaving.awaitStage(Stage.BLOCKING);
			EchoService.release("block-storm");
			return null;
		});
		assertThat(storm()).containsOnlyKeys("ok");
		assertThat(released).isCompleted();
		assertThat(lasting.get(10, TimeUnit.SECONDS)).isEqualTo("block-storm");
	}

	/** Closes one application under a storm of calls on one channel. */
	private Map<String, LongAdder> storm() throws Exception {
		Map<String, LongAdder> outcomes = new ConcurrentHashMap<>();
		AtomicBoolean stop = new AtomicBoolean();
		List<CompletableFuture<?>> callers = new ArrayList<>();
		for (int i = 0; i < 8; i++) {
			callers.add(GrpcApplication.supplyAsync(() -> {
				while (!stop.get()) {
					outcomes.computeIfAbsent(outcome(), (key) -> new LongAdder()).increment();
				}
				return null;
			}));
		}
		Awaitility.await().until(() -> count(outcomes, "ok") > 500);
		this.leaving.closeAsync().get(20, TimeUnit.SECONDS);
		long served = count(outcomes, "ok");
		Awaitility.await().until(() -> count(outcomes, "ok") > served + 500);
		stop.set(true);
		CompletableFuture.allOf(callers.toArray(CompletableFuture[]::new)).get(10, TimeUnit.SECONDS);
		System.out.println("The storm saw " + new TreeMap<>(outcomes));
		return outcomes;
	}

	private String outcome() {
		try {
			call("storm");
			return "ok";
		}
		catch (StatusRuntimeException ex) {
			Metadata trailers = ex.getTrailers();
			String marker = (trailers != null) ? trailers.get(DrainServerInterceptor.MARKER) : null;
			return (marker != null) ? marker : ex.toString();
		}
	}

	private static long count(Map<String, LongAdder> outcomes, String outcome) {
		LongAdder count = outcomes.get(outcome);
		return (count != null) ? count.sum() : 0;
	}

	/** Hears of the shutdown before other listeners, and fails. */
	static class BrokenListener implements ApplicationListener<ApplicationEvent>, PriorityOrdered {

		@Override
		public int getOrder() {
			return HIGHEST_PRECEDENCE;
		}

		@Override
		public void onApplicationEvent(ApplicationEvent event) {
			if (event instanceof LastCallEvent || event instanceof ContextClosedEvent) {
				throw new IllegalStateException("listener broken");
			}
		}

	}

}
