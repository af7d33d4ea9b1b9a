package io.github.gracefulshutdown.autoconfigure.tomcat;

import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.github.gracefulshutdown.autoconfigure.Background;
import io.github.gracefulshutdown.autoconfigure.WebApplication;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that what a thread has left is waited for when the thread closes the context. Of
 * two threads that are idle, Tomcat takes the one that has been for longer, so that each
 * of them serves every other request.
 */
class TomcatClosedFromWithinTests {

	private static final int REQUESTS = 100;

	@SuppressWarnings("FutureReturnValueIgnored") // the last of the requests is cut off
	@Test
	void anAsynchronousRequestThatBeganOnTheThreadThatClosesIsWaitedFor() throws Exception {
		WebApplication application = WebApplication.start(Application.class, "server.tomcat.threads.max=2",
				"server.tomcat.threads.min-spare=2", "graceful.shutdown.drain.timeout=40s",
				"graceful.shutdown.timeout=60s");
		Controller controller = application.context().getBean(Controller.class);
		CompletableFuture<HttpResponse<String>> held = application.getAsync("/held");
		application.awaitInFlight(1);
		Background.run(() -> {
			for (int i = 0; i < REQUESTS && !controller.closing; i++) {
				application.getAsync("/close").join();
			}
		});
		// In which a drain that does not wait for the other request would be over.
		assertThat(controller.closed.await(1_200, TimeUnit.MILLISECONDS)).isFalse();
		controller.answer.complete("held");
		assertThat(held.get(10, TimeUnit.SECONDS).body()).isEqualTo("held");
		// Less than the drain has.
		assertThat(controller.closed.await(30, TimeUnit.SECONDS)).isTrue();
	}

	@SpringBootConfiguration
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Controller controller(ConfigurableApplicationContext context) {
			return new Controller(context);
		}

	}

	@RestController
	static class Controller {

		private final ConfigurableApplicationContext context;

		private final CompletableFuture<String> answer = new CompletableFuture<>();

		private final CountDownLatch closed = new CountDownLatch(1);

		private volatile boolean closing;

		private volatile @Nullable Thread began;

		Controller(ConfigurableApplicationContext context) {
			this.context = context;
		}

		@GetMapping("/held")
		CompletableFuture<String> held() {
			this.began = Thread.currentThread();
			return this.answer;
		}

		/** Closes the context if the thread is that of the other request. */
		@GetMapping("/close")
		void close() {
			if (Thread.currentThread() == this.began) {
				this.closing = true;
				this.context.close();
				this.closed.countDown();
			}
		}

	}

}
