package io.github.gracefulshutdown.autoconfigure.tomcat;

import io.github.gracefulshutdown.autoconfigure.ContainerDrainContract;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for what Tomcat has received and not handed over when the drain begins. */
class TomcatDrainTests extends ContainerDrainContract {

	TomcatDrainTests() {
		super(TomcatDrainAutoConfiguration.class, "server.tomcat.threads.max=4");
	}

	@Test
	void requestsQueuedBehindBusyThreadsAreLostWithoutTheIntake() throws Exception {
		assertThat(outcomesOfQueuedRequests(this.withoutIntake)).doesNotContainKey("503");
	}

}
