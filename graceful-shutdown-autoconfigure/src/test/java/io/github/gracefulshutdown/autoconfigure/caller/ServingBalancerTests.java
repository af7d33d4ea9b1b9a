package io.github.gracefulshutdown.autoconfigure.caller;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicLong;

import io.grpc.ConnectivityState;
import io.grpc.EquivalentAddressGroup;
import io.grpc.LoadBalancer;
import io.grpc.LoadBalancer.ResolvedAddresses;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.SynchronizationContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for {@link ServingBalancer}. */
class ServingBalancerTests {

	private static final EquivalentAddressGroup LEAVING = address(1);

	private static final EquivalentAddressGroup OTHER = address(2);

	private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();

	private final LeavingInstances leaving = new LeavingInstances(new AtomicLong()::get, Duration.ofMinutes(1));

	private final List<List<EquivalentAddressGroup>> accepted = new ArrayList<>();

	private final List<List<EquivalentAddressGroup>> effective = new ArrayList<>();

	@AfterEach
	void stop() {
		this.scheduler.shutdownNow();
	}

	@Test
	void whatIsExecutedSeesAMarkOfWhichTheBalancerIsNotToldYet() {
		List<ServingBalancer> balancers = new ArrayList<>();
		List<List<EquivalentAddressGroup>> seen = new ArrayList<>();
		this.leaving.addListener(() -> balancers.get(0).execute(() -> seen.addAll(this.accepted)));
		balancers.add(balancer()); // listens too, and is told after the one above
		balancers.get(0).acceptResolvedAddresses(addresses(LEAVING, OTHER));
		mark();
		assertThat(seen).containsExactly(List.of(LEAVING, OTHER), List.of(OTHER));
	}

	@Test
	void whatIsExecutedSeesTheEffectOfAListThatIsOnItsWay() {
		List<ServingBalancer> balancers = new ArrayList<>();
		List<List<EquivalentAddressGroup>> seen = new ArrayList<>();
		TestHelper helper = new TestHelper();
		this.leaving.addListener(() -> balancers.get(0).execute(() -> seen.addAll(this.effective)));
		balancers.add(balancer(helper));
		balancers.get(0).acceptResolvedAddresses(addresses(LEAVING, OTHER));
		helper.context.execute(this::mark); // so that all that follows has to queue
		assertThat(seen).containsExactly(List.of(LEAVING, OTHER), List.of(OTHER));
	}

	@Test
	void theListIsMadeOnceForAMark() {
		ServingBalancer balancer = balancer();
		balancer.acceptResolvedAddresses(addresses(LEAVING, OTHER));
		mark();
		balancer.execute(() -> {
		});
		assertThat(this.accepted).containsExactly(List.of(LEAVING, OTHER), List.of(OTHER));
	}

	@Test
	void aBalancerThatIsShutDownIsNotToldOfMarks() {
		ServingBalancer balancer = balancer();
		balancer.acceptResolvedAddresses(addresses(LEAVING, OTHER));
		balancer.shutdown();
		mark();
		assertThat(this.accepted).containsExactly(List.of(LEAVING, OTHER));
	}

	private void mark() {
		this.leaving.markUnreachable(ServingBalancer.called("service", LEAVING.getAddresses().get(0)));
	}

	private ServingBalancer balancer() {
		return balancer(new TestHelper());
	}

	private ServingBalancer balancer(TestHelper helper) {
		return new ServingBalancer(new RecordingBalancer(helper.context), helper, this.leaving, (shutDown) -> {
		});
	}

	private static EquivalentAddressGroup address(int port) {
		return new EquivalentAddressGroup(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
	}

	private static ResolvedAddresses addresses(EquivalentAddressGroup... addresses) {
		return ResolvedAddresses.newBuilder().setAddresses(List.of(addresses)).build();
	}

	/** Keeps the lists that it is given, which take their effect as those of gRPC do. */
	private final class RecordingBalancer extends LoadBalancer {

		private final SynchronizationContext context;

		RecordingBalancer(SynchronizationContext context) {
			this.context = context;
		}

		@Override
		public Status acceptResolvedAddresses(ResolvedAddresses addresses) {
			ServingBalancerTests.this.accepted.add(addresses.getAddresses());
			this.context.execute(() -> ServingBalancerTests.this.effective.add(addresses.getAddresses()));
			return Status.OK;
		}

		@Override
		public void handleNameResolutionError(Status error) {
		}

		@Override
		public void shutdown() {
		}

	}

	private final class TestHelper extends LoadBalancer.Helper {

		private final SynchronizationContext context = new SynchronizationContext((thread, ex) -> {
			throw new IllegalStateException(ex);
		});

		@Override
		public String getAuthority() {
			return "service";
		}

		@Override
		public SynchronizationContext getSynchronizationContext() {
			return this.context;
		}

		@Override
		public ScheduledExecutorService getScheduledExecutorService() {
			return ServingBalancerTests.this.scheduler;
		}

		@Override
		public ManagedChannel createOobChannel(EquivalentAddressGroup group, String authority) {
			throw new UnsupportedOperationException();
		}

		@Override
		public void updateBalancingState(ConnectivityState state, LoadBalancer.SubchannelPicker picker) {
		}

	}

}
