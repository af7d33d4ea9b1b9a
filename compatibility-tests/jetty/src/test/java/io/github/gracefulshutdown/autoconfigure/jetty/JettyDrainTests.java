package io.github.gracefulshutdown.autoconfigure.jetty;

import io.github.gracefulshutdown.autoconfigure.ContainerDrainContract;

/** Tests for what Jetty has received and not handed over when the drain begins. */
class JettyDrainTests extends ContainerDrainContract {

	JettyDrainTests() {
		// One more accepts connections, one waits for what comes on them, and one may
		// be held in reserve.
		super(JettyDrainAutoConfiguration.class, "server.jetty.threads.max=7", "server.jetty.threads.min=7",
				"server.jetty.threads.acceptors=1", "server.jetty.threads.selectors=1");
	}

}
