package io.github.gracefulshutdown.autoconfigure.websocket;

import java.net.http.HttpResponse;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.gracefulshutdown.Outcome;
import io.github.gracefulshutdown.Stage;
import io.github.gracefulshutdown.autoconfigure.LastCallEvent;
import io.github.gracefulshutdown.autoconfigure.ShutdownReportEvent;
import io.github.gracefulshutdown.autoconfigure.ShutdownSequence;
import io.github.gracefulshutdown.autoconfigure.StageChangedEvent;
import io.github.gracefulshutdown.autoconfigure.WebApplication;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.core.PriorityOrdered;
import org.springframework.core.env.Environment;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.socket.config.annotation.EnableWebSocket;
import org.springframework.web.socket.config.annotation.WebSocketConfigurer;
import org.springframework.web.socket.handler.TextWebSocketHandler;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests that a listener of the application takes nothing away from the others. */
@ExtendWith(OutputCaptureExtension.class)
class ForeignListenersTests {

	@ParameterizedTest
	@EnumSource(Conduct.class)
	void takeNothingFromAShutdownThatIsNotOver(Conduct conduct, CapturedOutput output) throws Exception {
		WebApplication application = start(conduct, "graceful.shutdown.drain.timeout=300ms",
				"graceful.shutdown.streams.policy=await");
		SimpleMeterRegistry meters = application.context().getBean(SimpleMeterRegistry.class);
		WebSocketClient client = WebSocketClient.connect(application.port(), "/echo");
		application.awaitInFlight(1);
		application.close();
		assertThat(client.awaitClose()).isEqualTo(1012);
		assertThat(timedStages(meters)).contains("lame-duck", "blocking");
		assertThat(output).contains("The time for the drain is over with 1 in flight").contains("websocket /echo");
	}

	@ParameterizedTest
	@EnumSource(Conduct.class)
	void takeNothingFromARequestInFlight(Conduct conduct, CapturedOutput output) throws Exception {
		WebApplication application = start(conduct);
		Handler handler = application.context().getBean(Handler.class);
		ShutdownSequence sequence = application.sequence();
		CompletableFuture<HttpResponse<String>> request = application.getAsync("/held");
		application.awaitInFlight(1);
		CompletableFuture<Outcome> drained = sequence.drain();
		Awaitility.await().until(() -> sequence.stage() == Stage.BLOCKING);
		// Longer than a listener has: the one that closes the context is not cut short.
		assertThat(handler.release.await(1_500, TimeUnit.MILLISECONDS)).isFalse();
		handler.release.countDown();
		assertThat(request.get(10, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
		assertThat(drained.get(10, TimeUnit.SECONDS)).isEqualTo(Outcome.CLEAN);
		application.close(); // or a listener does, on its thread
		Awaitility.await().until(() -> output.toString().contains("Graceful shutdown ended CLEAN"));
		assertThat(output).doesNotContain("Interrupted while draining");
	}

	private static WebApplication start(Conduct conduct, String... properties) {
		return WebApplication.start(Application.class,
				Stream.concat(Stream.of(properties), Stream.of("conduct=" + conduct)).toArray(String[]::new));
	}

	private static Set<String> timedStages(MeterRegistry meters) {
		return meters.find("graceful.shutdown.stage.duration")
			.timers()
			.stream()
			.map((Timer timer) -> timer.getId().getTag("stage"))
			.collect(Collectors.toSet());
	}

	/** What a listener does when it hears of anything that a shutdown tells. */
	private enum Conduct {

		THROW {
			@Override
			void act(ConfigurableApplicationContext context) {
				throw new IllegalStateException("listener broken");
			}
		},

		FAIL {
			@Override
			void act(ConfigurableApplicationContext context) {
				throw new NoClassDefFoundError("listener broken");
			}
		},

		HANG {
			@Override
			void act(ConfigurableApplicationContext context) throws InterruptedException {
				new CountDownLatch(1).await();
			}
		},

		CLOSE {
			@Override
			void act(ConfigurableApplicationContext context) {
				context.close();
			}
		};

		abstract void act(ConfigurableApplicationContext context) throws InterruptedException;

	}

	@SpringBootConfiguration
	@EnableAutoConfiguration
	@EnableWebSocket
	static class Application {

		@Bean
		ForeignListener foreignListener(ConfigurableApplicationContext context, Environment environment) {
			return new ForeignListener(context, environment.getRequiredProperty("conduct", Conduct.class));
		}

		@Bean
		Handler handler() {
			return new Handler();
		}

		@Bean
		WebSocketConfigurer echo() {
			return (registry) -> registry.addHandler(new TextWebSocketHandler(), "/echo");
		}

		@Bean
		SimpleMeterRegistry meters() {
			return new SimpleMeterRegistry();
		}

	}

	/** Hears of everything before the other listeners do. */
	static class ForeignListener implements ApplicationListener<ApplicationEvent>, PriorityOrdered {

		private final ConfigurableApplicationContext context;

		private final Conduct conduct;

		ForeignListener(ConfigurableApplicationContext context, Conduct conduct) {
			this.context = context;
			this.conduct = conduct;
		}

		@Override
		public int getOrder() {
			return HIGHEST_PRECEDENCE;
		}

		@Override
		public void onApplicationEvent(ApplicationEvent event) {
			// Nothing bounds whom Spring tells of the close but the deadline.
			boolean closed = event instanceof ContextClosedEvent && this.conduct != Conduct.HANG;
			if (closed || event instanceof StageChangedEvent || event instanceof LastCallEvent
					|| event instanceof ShutdownReportEvent) {
				try {
					this.conduct.act(this.context);
				}
				catch (InterruptedException ex) {
					Thread.currentThread().interrupt();
				}
			}
		}

	}

	@RestController
	static class Handler {

		private final CountDownLatch release = new CountDownLatch(1);

		@GetMapping("/held")
		String held() throws InterruptedException {
			this.release.await();
			return "held";
		}

	}

}
