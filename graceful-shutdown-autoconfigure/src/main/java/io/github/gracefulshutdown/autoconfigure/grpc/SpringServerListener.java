package io.github.gracefulshutdown.autoconfigure.grpc;

import org.springframework.context.ApplicationListener;
import org.springframework.grpc.server.lifecycle.GrpcServerStartedEvent;

/** Learns of the servers of Spring's own gRPC. */
record SpringServerListener(GrpcServers servers) implements ApplicationListener<GrpcServerStartedEvent> {

	@Override
	public void onApplicationEvent(GrpcServerStartedEvent event) {
		this.servers.add(event.getServer(), event.getSource());
	}

}
