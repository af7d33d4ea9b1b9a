package io.github.gracefulshutdown.listener;

import java.time.Duration;

import org.junit.jupiter.api.Test;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jms.annotation.JmsListener;
import org.springframework.jms.core.JmsTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests with JMS and an Artemis broker. */
class JmsTests extends ListenerContract {

	@Override
	ConfigurableApplicationContext start() {
		return start(Application.class, "spring.artemis.embedded.enabled=true", "spring.artemis.mode=embedded",
				"spring.artemis.embedded.queues=work,others");
	}

	@Override
	void send(ConfigurableApplicationContext context, String work) {
		context.getBean(JmsTemplate.class).convertAndSend("work", work);
	}

	@Test
	void otherListenersAreWaitedForWhenOneClosesTheContext() throws Exception {
		context().getBean(JmsTemplate.class).convertAndSend("others", "first");
		handler().awaitBegun("first");
		send(context(), Handler.CLOSE);
		handler().awaitBegun(Handler.CLOSE);
		// In which a drain that does not wait would be over.
		assertThat(handler().awaitClosed(Duration.ofMillis(1_200))).isFalse();
		handler().release("first");
		assertThat(handler().awaitClosed(Duration.ofSeconds(20))).isTrue();
		assertThat(handler().ended()).containsExactly("first");
	}

	@SpringBootConfiguration
	@EnableAutoConfiguration
	static class Application {

		private final Handler handler;

		Application(Handler handler) {
			this.handler = handler;
		}

		@JmsListener(destination = "work")
		@JmsListener(destination = "others")
		void receive(String work) throws InterruptedException {
			this.handler.handle(work);
		}

	}

}
