package io.github.gracefulshutdown.autoconfigure.tomcat;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.github.gracefulshutdown.autoconfigure.ContainerDrainContract;
import io.github.gracefulshutdown.autoconfigure.EmbeddedServer;
import org.apache.catalina.startup.Tomcat;
import org.apache.coyote.AbstractProtocol;
import org.apache.coyote.ProtocolHandler;
import org.junit.jupiter.api.Test;

import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for what Tomcat has received and not handed over when the drain begins. */
class TomcatDrainTests extends ContainerDrainContract {

	TomcatDrainTests() {
		super(TomcatDrainAutoConfiguration.class, "server.tomcat.threads.max=4");
	}

	/** An asynchronous request ends on a thread of Tomcat, which it has to get first. */
	@Override
	protected void delayEnds(ApplicationContext context) {
		Tomcat tomcat = Objects.requireNonNull(EmbeddedServer.find(context, "getTomcat", Tomcat.class));
		ProtocolHandler protocol = tomcat.getConnector().getProtocolHandler();
		((AbstractProtocol<?>) protocol).setExecutor(
				CompletableFuture.delayedExecutor(DELAY.toMillis(), TimeUnit.MILLISECONDS, protocol.getExecutor()));
	}

	@Test
	void requestsQueuedBehindBusyThreadsAreLostWithoutTheIntake() throws Exception {
		assertThat(outcomesOfQueuedRequests(this.withoutIntake)).doesNotContainKey("503");
	}

}
