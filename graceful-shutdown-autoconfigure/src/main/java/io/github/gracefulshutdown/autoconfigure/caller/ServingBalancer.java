package io.github.gracefulshutdown.autoconfigure.caller;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.grpc.EquivalentAddressGroup;
import io.grpc.LoadBalancer;
import io.grpc.Status;
import io.grpc.SynchronizationContext;
import io.grpc.SynchronizationContext.ScheduledHandle;
import org.jspecify.annotations.Nullable;

/**
 * Has a policy of gRPC know only the addresses of instances that do not leave. A
 * connection to one that does is given up as if the address had gone: calls in flight on
 * it run to their end.
 */
final class ServingBalancer extends LoadBalancer {

	private final LoadBalancer delegate;

	private final Helper helper;

	private final LeavingInstances leaving;

	private final Consumer<ServingBalancer> onShutdown;

	private final Runnable onChange = this::changed;

	private volatile List<CalledInstance> instances = List.of();

	// The others are used in the synchronization context of the channel alone.
	private @Nullable ResolvedAddresses resolved;

	private Object selectedFor = Map.of();

	private @Nullable ScheduledHandle nextEnd;

	ServingBalancer(LoadBalancer delegate, Helper helper, LeavingInstances leaving,
			Consumer<ServingBalancer> onShutdown) {
		this.delegate = delegate;
		this.helper = helper;
		this.leaving = leaving;
		this.onShutdown = onShutdown;
		leaving.addListener(this.onChange);
	}

	/** Returns the name of the service, as its channel tells it too. */
	String service() {
		return this.helper.getAuthority();
	}

	/** Returns the instances that the channel knows. */
	List<CalledInstance> instances() {
		return this.instances;
	}

	/**
	 * Executes an action when what was marked before has taken its effect. A list that a
	 * policy is given has its effect in tasks that it adds to the end of the queue, so
	 * the action goes behind them.
	 */
	void execute(Runnable action) {
		SynchronizationContext context = this.helper.getSynchronizationContext();
		context.execute(() -> {
			update();
			context.execute(action);
		});
	}

	private void changed() {
		this.helper.getSynchronizationContext().execute(this::update);
	}

	private void update() {
		if (this.leaving.marks() != this.selectedFor) {
			select();
		}
	}

	static CalledInstance called(String service, SocketAddress address) {
		String name = (address instanceof InetSocketAddress inet && inet.getAddress() != null)
				? inet.getAddress().getHostAddress() + ":" + inet.getPort() : address.toString();
		return new CalledInstance(service, name, null);
	}

	@Override
	public Status acceptResolvedAddresses(ResolvedAddresses addresses) {
		this.resolved = addresses;
		this.instances = addresses.getAddresses()
			.stream()
			.flatMap((group) -> group.getAddresses().stream())
			.map((address) -> called(service(), address))
			.toList();
		this.leaving.retain(service(), this.instances);
		return select(addresses);
	}

	private void select() {
		if (this.resolved != null) {
			select(this.resolved);
		}
	}

	private Status select(ResolvedAddresses addresses) {
		this.selectedFor = this.leaving.marks();
		selectAtNextEnd();
		List<EquivalentAddressGroup> serving = this.leaving.select(addresses.getAddresses(), this::called,
				(one) -> false);
		return this.delegate.acceptResolvedAddresses(addresses.toBuilder().setAddresses(serving).build());
	}

	/** All addresses of a group are of one instance, which is known by any of them. */
	private CalledInstance called(EquivalentAddressGroup group) {
		List<CalledInstance> known = group.getAddresses()
			.stream()
			.map((address) -> called(service(), address))
			.toList();
		return known.stream().filter((one) -> this.leaving.find(one) != null).findFirst().orElse(known.get(0));
	}

	private void selectAtNextEnd() {
		if (this.nextEnd != null) {
			this.nextEnd.cancel();
			this.nextEnd = null;
		}
		Duration left = this.leaving.untilNextEnd();
		if (left != null) {
			this.nextEnd = this.helper.getSynchronizationContext()
				.schedule(this::select, left.toNanos(), TimeUnit.NANOSECONDS,
						this.helper.getScheduledExecutorService());
		}
	}

	@Override
	public void handleNameResolutionError(Status error) {
		this.delegate.handleNameResolutionError(error);
	}

	@Override
	public boolean canHandleEmptyAddressListFromNameResolution() {
		return this.delegate.canHandleEmptyAddressListFromNameResolution();
	}

	@Override
	public void requestConnection() {
		this.delegate.requestConnection();
	}

	@Override
	public void shutdown() {
		this.onShutdown.accept(this);
		this.leaving.removeListener(this.onChange);
		this.resolved = null;
		if (this.nextEnd != null) {
			this.nextEnd.cancel();
		}
		this.delegate.shutdown();
	}

}
