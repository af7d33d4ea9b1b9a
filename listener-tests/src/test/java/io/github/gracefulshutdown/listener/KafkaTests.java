package io.github.gracefulshutdown.listener;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.kafka.test.EmbeddedKafkaBroker;
import org.springframework.kafka.test.EmbeddedKafkaKraftBroker;

/** Tests with Kafka and its own broker for tests. */
class KafkaTests extends ListenerContract {

	private static final EmbeddedKafkaBroker broker = new EmbeddedKafkaKraftBroker(1, 1);

	private static int count;

	private final String topic = "work-" + ++count;

	@BeforeAll
	static void startBroker() {
		broker.afterPropertiesSet();
	}

	@AfterAll
	static void stopBroker() {
		broker.destroy();
	}

	@Override
	ConfigurableApplicationContext start() {
		broker.addTopics(this.topic);
		return start(Application.class, "spring.kafka.bootstrap-servers=" + broker.getBrokersAsString(),
				"spring.kafka.consumer.auto-offset-reset=earliest", "spring.kafka.consumer.group-id=" + this.topic,
				"spring.kafka.listener.shutdown-timeout=30s", "work.topic=" + this.topic);
	}

	@Override
	@SuppressWarnings("unchecked")
	void send(ConfigurableApplicationContext context, String work) {
		context.getBean(KafkaTemplate.class).send(this.topic, work).join();
	}

	@SpringBootConfiguration
	@EnableAutoConfiguration
	static class Application {

		private final Handler handler;

		Application(Handler handler) {
			this.handler = handler;
		}

		@KafkaListener(topics = "${work.topic}")
		void receive(String work) throws InterruptedException {
			this.handler.handle(work);
		}

	}

}
