package io.github.gracefulshutdown.autoconfigure.jetty;

import java.time.Duration;
import java.util.Objects;

import io.github.gracefulshutdown.autoconfigure.ContainerDrainContract;
import io.github.gracefulshutdown.autoconfigure.EmbeddedServer;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Server;
import org.junit.jupiter.api.Test;

import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for what Jetty has received and not handed over when the drain begins. */
class JettyDrainTests extends ContainerDrainContract {

	JettyDrainTests() {
		// One more accepts connections, one waits for what comes on them, and one may
		// be held in reserve.
		super(JettyDrainAutoConfiguration.class, "server.jetty.threads.max=7", "server.jetty.threads.min=7",
				"server.jetty.threads.acceptors=1", "server.jetty.threads.selectors=1");
	}

	@Test
	void aConnectionWhoseRequestIsJustEndingIsGoneAtTheEndOfTheDrain() throws Exception {
		assertThat(isClosedByADrain(JettyDrainTests::delayEnds)).isTrue();
	}

	/** Has the server take its time with the end of each request, behind the response. */
	private static void delayEnds(ApplicationContext context) {
		Server server = Objects.requireNonNull(EmbeddedServer.find(context, "getServer", Server.class));
		HttpConnectionFactory http = server.getConnectors()[0].getConnectionFactory(HttpConnectionFactory.class);
		// What listens first is told last.
		http.getHttpConfiguration().getCustomizers().add(0, JettyDrainTests::delayEnd);
	}

	// For longer than a connection has to be silent before it counts as idle.
	private static Request delayEnd(Request request, HttpFields.Mutable responseHeaders) {
		Request.addCompletionListener(request, (failure) -> pass(Duration.ofMillis(300)));
		return request;
	}

}
