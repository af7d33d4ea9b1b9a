package io.github.gracefulshutdown.autoconfigure.grpc;

import net.devh.boot.grpc.server.event.GrpcServerStartedEvent;

import org.springframework.context.ApplicationListener;

/** Learns of the servers of net.devh's starter. */
record NetDevhServerListener(GrpcServers servers) implements ApplicationListener<GrpcServerStartedEvent> {

	@Override
	public void onApplicationEvent(GrpcServerStartedEvent event) {
		this.servers.add(event.getServer(), event.getSource());
	}

}
