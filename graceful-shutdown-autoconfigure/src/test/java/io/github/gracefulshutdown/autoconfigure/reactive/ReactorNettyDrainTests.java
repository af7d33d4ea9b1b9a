package io.github.gracefulshutdown.autoconfigure.reactive;

/** Tests for the drain of reactive applications on Reactor Netty. */
class ReactorNettyDrainTests extends ReactiveDrainContract {

	ReactorNettyDrainTests() {
		super("org.apache.catalina", "org.eclipse.jetty");
	}

}
