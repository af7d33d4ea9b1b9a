package io.github.gracefulshutdown.listener;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jms.annotation.JmsListener;
import org.springframework.jms.core.JmsTemplate;

/** Tests with JMS and an Artemis broker. */
class JmsTests extends ListenerContract {

	@Override
	ConfigurableApplicationContext start() {
		return start(Application.class, "spring.artemis.embedded.enabled=true", "spring.artemis.mode=embedded",
				"spring.artemis.embedded.queues=work");
	}

	@Override
	void send(ConfigurableApplicationContext context, String work) {
		context.getBean(JmsTemplate.class).convertAndSend("work", work);
	}

	@SpringBootConfiguration
	@EnableAutoConfiguration
	static class Application {

		private final Handler handler;

		Application(Handler handler) {
			this.handler = handler;
		}

		@JmsListener(destination = "work")
		void receive(String work) throws InterruptedException {
			this.handler.handle(work);
		}

	}

}
