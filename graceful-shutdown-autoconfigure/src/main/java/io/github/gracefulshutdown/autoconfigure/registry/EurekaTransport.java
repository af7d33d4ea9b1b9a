package io.github.gracefulshutdown.autoconfigure.registry;

import com.netflix.discovery.shared.resolver.EurekaEndpoint;
import com.netflix.discovery.shared.transport.EurekaHttpClient;
import com.netflix.discovery.shared.transport.TransportClientFactory;

/** What one Eureka client sends with, to each of the servers. */
final class EurekaTransport implements TransportClientFactory {

	private final TransportClientFactory delegate;

	private final EurekaEntry entry;

	EurekaTransport(TransportClientFactory delegate, EurekaDeparture departure) {
		this.delegate = delegate;
		this.entry = new EurekaEntry(departure);
	}

	@Override
	public EurekaHttpClient newClient(EurekaEndpoint endpoint) {
		return new EurekaRequests(this.delegate.newClient(endpoint), this.entry);
	}

	@Override
	public void shutdown() {
		this.delegate.shutdown();
	}

}
