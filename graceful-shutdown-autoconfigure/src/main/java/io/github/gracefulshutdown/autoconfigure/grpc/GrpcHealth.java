package io.github.gracefulshutdown.autoconfigure.grpc;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.github.gracefulshutdown.autoconfigure.Announcement;
import io.github.gracefulshutdown.autoconfigure.AnnouncementSource;
import io.github.gracefulshutdown.autoconfigure.Probers;
import io.github.gracefulshutdown.autoconfigure.Readiness;
import io.grpc.BindableService;
import io.grpc.health.v1.HealthGrpc;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;

/**
 * The standard health service, as its clients see it: while this instance leaves, no
 * service is serving, whatever its status is set to meanwhile. Nothing is set here, so
 * that afterwards every status is what it would have been.
 */
final class GrpcHealth implements AnnouncementSource, Announcement {

	private final ObjectProvider<BindableService> services;

	private final Probers probers;

	private final Readiness readiness;

	private final Set<HealthCall<?, ?>> calls = ConcurrentHashMap.newKeySet();

	private volatile boolean leaving;

	GrpcHealth(ObjectProvider<BindableService> services, Probers probers, Readiness readiness) {
		this.services = services;
		this.readiness = readiness;
		this.probers = probers;
	}

	/**
	 * Adds a call.
	 * @return to be run when the call is over
	 */
	Runnable add(HealthCall<?, ?> call) {
		this.calls.add(call);
		return () -> this.calls.remove(call);
	}

	/** Notes the answer to one who asks once, and may come back. */
	void checked(String check, String remote, @Nullable String agent, boolean refused) {
		this.probers.checked(check, remote, agent, refused);
	}

	/** Returns whether a watch is told that nothing serves: a caller that can go. */
	boolean isLeaving() {
		return this.leaving;
	}

	/** Returns whether one who asks once is told so: a prober. */
	boolean isRefused(@Nullable String agent) {
		return this.readiness.isRefused(agent);
	}

	@Override
	public List<Announcement> announcements() {
		boolean exposed = this.services.stream()
			.anyMatch((service) -> HealthGrpc.SERVICE_NAME
				.equals(service.bindService().getServiceDescriptor().getName()));
		return exposed ? List.of(this) : List.of();
	}

	@Override
	public String name() {
		return "gRPC health";
	}

	@Override
	public void withdraw() {
		tell(true);
	}

	@Override
	public void restore() {
		tell(false);
	}

	private void tell(boolean leaving) {
		this.leaving = leaving;
		this.calls.forEach(HealthCall::tellAgain);
	}

	/** Who watches is told at once, and needs a moment to act; who asks is a prober. */
	@Override
	public boolean isFollowedByCallers() {
		return this.calls.stream().anyMatch(HealthCall::isWatch);
	}

}
