package io.github.gracefulshutdown.autoconfigure.tomcat;

import io.github.gracefulshutdown.autoconfigure.ContainerDrainContract;

/** Tests for what Tomcat has received and not handed over when the drain begins. */
class TomcatDrainTests extends ContainerDrainContract {

	TomcatDrainTests() {
		super(TomcatDrainAutoConfiguration.class, "server.tomcat.threads.max=4");
	}

}
