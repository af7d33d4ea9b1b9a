package io.github.gracefulshutdown.autoconfigure.registry;

import com.netflix.appinfo.InstanceInfo;
import com.netflix.appinfo.InstanceInfo.InstanceStatus;
import com.netflix.discovery.shared.transport.EurekaHttpClient;
import com.netflix.discovery.shared.transport.EurekaHttpResponse;
import com.netflix.discovery.shared.transport.decorator.EurekaHttpClientDecorator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a Eureka client sends to one server.
 * <ul>
 * <li>While the instance leaves it registers as out of service, whatever its status or
 * its health is, so that a registry that has forgotten it learns nothing else.</li>
 * <li>Once its entry was removed it neither registers nor renews.</li>
 * <li>Before it registers for the first time, an override that a predecessor with the
 * same id has left is taken back: it was killed before it could remove its entry.</li>
 * </ul>
 */
final class EurekaRequests extends EurekaHttpClientDecorator {

	private static final Logger logger = LoggerFactory.getLogger(EurekaRequests.class);

	private final EurekaHttpClient delegate;

	private final EurekaEntry entry;

	EurekaRequests(EurekaHttpClient delegate, EurekaEntry entry) {
		this.delegate = delegate;
		this.entry = entry;
	}

	@Override
	public EurekaHttpResponse<Void> register(InstanceInfo info) {
		return this.entry.unlessRemoved(() -> {
			if (this.entry.inspect()) {
				takeBackOverride(info);
			}
			return this.delegate.register(this.entry.isLeaving() ? outOfService(info) : info);
		}, EurekaHttpResponse.status(204));
	}

	private void takeBackOverride(InstanceInfo info) {
		try {
			InstanceInfo predecessor = this.delegate.getInstance(info.getAppName(), info.getId()).getEntity();
			if (predecessor != null && predecessor.getOverriddenStatus() == InstanceStatus.OUT_OF_SERVICE) {
				this.delegate.deleteStatusOverride(info.getAppName(), info.getId(), predecessor);
				logger.info("Took back OUT_OF_SERVICE, which an instance that was killed has left to {}", info.getId());
			}
		}
		catch (RuntimeException ex) {
			logger.debug("Could not find out whether Eureka has a status for {}", info.getId(), ex);
		}
	}

	/** Without the override the server would keep the status, whatever is sent later. */
	private static InstanceInfo outOfService(InstanceInfo info) {
		InstanceInfo leaving = new InstanceInfo(info);
		leaving.setStatusWithoutDirty(InstanceStatus.OUT_OF_SERVICE);
		leaving.setOverriddenStatus(InstanceStatus.OUT_OF_SERVICE);
		return leaving;
	}

	@Override
	public EurekaHttpResponse<InstanceInfo> sendHeartBeat(String appName, String id, InstanceInfo info,
			@Nullable InstanceStatus overriddenStatus) {
		return this.entry.unlessRemoved(() -> this.delegate.sendHeartBeat(appName, id, info, overriddenStatus),
				EurekaHttpResponse.anEurekaHttpResponse(200, InstanceInfo.class).build());
	}

	@Override
	public EurekaHttpResponse<Void> cancel(String appName, String id) {
		return this.entry.remove(() -> this.delegate.cancel(appName, id));
	}

	@Override
	protected <R> EurekaHttpResponse<R> execute(RequestExecutor<R> request) {
		return request.execute(this.delegate);
	}

	@Override
	public void shutdown() {
		this.delegate.shutdown();
	}

}
