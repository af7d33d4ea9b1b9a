package io.github.gracefulshutdown.autoconfigure;

import org.junit.jupiter.api.Test;

import org.springframework.context.ApplicationEvent;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockServletContext;
import org.springframework.web.context.support.GenericWebApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for {@link ServerPresence}. */
class ServerPresenceTests {

	private final GenericApplicationContext context = new GenericApplicationContext();

	private final ServerPresence servers = new ServerPresence(this.context);

	@Test
	void thereIsNoneInAnApplicationThatIsNoWebApplication() {
		assertThat(this.servers.isThere()).isFalse();
	}

	@Test
	void thereIsNoneInATestWithAMockOfAContainer() {
		GenericWebApplicationContext web = new GenericWebApplicationContext(new MockServletContext() {
		});
		ServerPresence servers = new ServerPresence(web);
		assertThat(servers.isThere()).isFalse();
		servers.contextCloses();
		assertThat(servers.unmapped()).isNotDone();
	}

	@Test
	void whatATestMakesUpComesFromNoServer() {
		assertThat(this.servers.brings(new MockHttpServletRequest())).isFalse();
		assertThat(this.servers.brings(new MockHttpServletRequest() {
		})).isFalse();
		assertThat(this.servers.isThere()).isFalse();
	}

	@Test
	void aRequestTellsOfAServerThatTheContextDoesNotKnow() {
		assertThat(this.servers.brings(new Object())).isTrue();
		assertThat(this.servers.isThere()).isTrue();
	}

	@Test
	void aServerThatIsNotTheWebServerTellsOfItself() {
		this.context.addApplicationListener(this.servers);
		this.context.refresh();
		assertThat(this.servers.isThere()).isFalse();
		this.context.publishEvent(new RSocketServerInitializedEvent(this));
		assertThat(this.servers.isThere()).isTrue();
		this.context.close();
	}

	/** Stands for Spring Boot's. */
	private static final class RSocketServerInitializedEvent extends ApplicationEvent {

		private static final long serialVersionUID = 1L;

		RSocketServerInitializedEvent(Object source) {
			super(source);
		}

	}

}
