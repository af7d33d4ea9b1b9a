package io.github.gracefulshutdown.autoconfigure.reactive;

/** Tests for the drain of reactive applications on Tomcat. */
class TomcatReactiveDrainTests extends ReactiveDrainContract {

	TomcatReactiveDrainTests() {
		super("reactor.netty", "org.eclipse.jetty");
	}

}
