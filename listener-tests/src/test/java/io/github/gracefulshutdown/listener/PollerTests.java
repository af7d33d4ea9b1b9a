package io.github.gracefulshutdown.listener;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.integration.dsl.IntegrationFlow;
import org.springframework.integration.dsl.Pollers;

/** Tests with a poller of Spring Integration. */
class PollerTests extends ListenerContract {

	@Override
	ConfigurableApplicationContext start() {
		return start(Application.class);
	}

	@Override
	void send(ConfigurableApplicationContext context, String work) {
		context.getBean(Source.class).queue.add(work);
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Source source() {
			return new Source(new LinkedBlockingQueue<>());
		}

		@Bean
		IntegrationFlow flow(Source source, Handler handler) {
			return IntegrationFlow
				.fromSupplier(source.queue::poll, (endpoint) -> endpoint.poller(Pollers.fixedDelay(10)))
				.handle((message) -> handle(handler, (String) message.getPayload()))
				.get();
		}

		private static void handle(Handler handler, String work) {
			try {
				handler.handle(work);
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}

	}

	record Source(BlockingQueue<String> queue) {
	}

}
