package io.github.gracefulshutdown.autoconfigure.reactive;

/** Tests for the drain of reactive applications on Jetty. */
class JettyReactiveDrainTests extends ReactiveDrainContract {

	JettyReactiveDrainTests() {
		super("reactor.netty");
	}

}
