package io.github.gracefulshutdown.autoconfigure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.event.ContextRefreshedEvent;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Terminates an application that has not started yet. In Spring the close of a context
 * waits for the end of its start.
 */
class StopWhileStartingTests {

	private static final int TERMINATED = 143;

	private static final String BUDGET = "--graceful.shutdown.timeout=3s";

	@TempDir
	Path directory;

	@Test
	void isHaltedWithinTheBudgetAndNamesTheBeanThatIsBeingMade() throws IOException {
		Path terminationMessage = Files.createFile(this.directory.resolve("termination-log"));
		try (ApplicationProcess process = start("--slow.bean=60", BUDGET,
				"--graceful.shutdown.termination-message-path=" + terminationMessage)) {
			process.awaitLog("Slow: bean");
			Stop stop = Stop.of(process);
			assertThat(stop.exitCode()).isEqualTo(5);
			assertThat(stop.millis()).isBetween(2_500L, 30_000L);
			assertThat(stop.log()).contains("halted with exit code 5: Graceful shutdown FORCED after ")
				.contains("in stage STARTING")
				.contains("being made: slowBean")
				.contains("thread main:\n")
				.contains("StopWhileStartingTests$Slow.begin(")
				.doesNotContain("Drain began");
			assertThat(terminationMessage).content()
				.contains("in stage STARTING")
				.contains("being made: slowBean")
				.contains("thread main at java.lang.Thread.sleep");
		}
	}

	@Test
	void drainsNothingWhenTheBeanIsMadeInTime() {
		try (ApplicationProcess process = start("--slow.bean=2")) {
			process.awaitLog("Slow: bean");
			Stop stop = Stop.of(process);
			assertThat(stop.exitCode()).as(stop.log()).isEqualTo(TERMINATED);
			assertThat(stop.log()).contains("nobody was told, because the start was cut short")
				.contains("Graceful shutdown ended CLEAN")
				.doesNotContain("halted");
		}
	}

	@Test
	void isHaltedWithinTheBudgetWhileAListenerForTheRefreshGoesOn() {
		try (ApplicationProcess process = start("--slow.refreshed=60", BUDGET)) {
			process.awaitLog("Slow: refreshed");
			Stop stop = Stop.of(process);
			assertThat(stop.exitCode()).isEqualTo(5);
			assertThat(stop.log()).contains("in stage STARTING")
				.contains("StopWhileStartingTests$Slow.begin(")
				.doesNotContain("Drain began");
		}
	}

	@Test
	void drainsAsEverWhileARunnerGoesOn() {
		try (ApplicationProcess process = start("--slow.runner=60", "--graceful.shutdown.lame-duck.maximum=1")) {
			process.awaitLog("Slow: runner");
			Stop stop = Stop.of(process);
			assertThat(stop.exitCode()).as(stop.log()).isEqualTo(TERMINATED);
			assertThat(stop.log()).contains("Drain began").contains("Graceful shutdown ended CLEAN");
		}
	}

	@Test
	void holdsTheDeadlineWhenBeansAreMadeLazily() {
		try (ApplicationProcess process = start("--spring.main.lazy-initialization=true", "--slow.destroy=60",
				BUDGET)) {
			process.awaitLog("Started .*Application");
			Stop stop = Stop.of(process);
			assertThat(stop.exitCode()).as(stop.log()).isEqualTo(5);
			assertThat(stop.log()).contains("Graceful shutdown FORCED after ")
				.contains("StopWhileStartingTests$Slow.begin(");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "bean", "refreshed", "runner" })
	void endsWithTheCodeThatWasAskedForWhenTheApplicationExitsInItsStart(String where) {
		try (ApplicationProcess process = start("--slow." + where + "=" + Slow.EXIT,
				"--graceful.shutdown.lame-duck.maximum=1")) {
			assertThat(process.awaitExit(Duration.ofSeconds(40))).as(process.log()).isEqualTo(7);
		}
	}

	@Test
	void aSecondSignalCutsTheStartShort() {
		try (ApplicationProcess process = start("--slow.bean=60", "--graceful.shutdown.second-signal.grace=1s",
				"--spring.main.lazy-initialization=true")) {
			process.awaitLog("Slow: bean");
			process.signal("TERM");
			Awaitility.await().pollInterval(Duration.ofMillis(300)).untilAsserted(() -> {
				process.signal("INT"); // counts as soon as the JVM acts on the first
				assertThat(process.log()).contains("Signalled again");
			});
			assertThat(process.awaitExit(Duration.ofSeconds(30))).isEqualTo(5);
			assertThat(process.log()).contains("being made: slowBean");
		}
	}

	private static ApplicationProcess start(String... arguments) {
		// On a cloud platform the lame duck lasts five seconds.
		return ApplicationProcess.start(Map.of("KUBERNETES_SERVICE_HOST", "127.0.0.1", "KUBERNETES_SERVICE_PORT", "1"),
				Application.class,
				Stream.concat(
						Stream.of("--spring.main.web-application-type=none", "--spring.main.banner-mode=off",
								"--spring.main.keep-alive=true", "--graceful.shutdown.force-exit.exit-code=5"),
						Stream.of(arguments))
					.toArray(String[]::new));
	}

	private record Stop(int exitCode, long millis, String log) {

		static Stop of(ApplicationProcess process) {
			long began = System.nanoTime();
			process.signal("TERM");
			int exitCode = process.awaitExit(Duration.ofSeconds(40));
			return new Stop(exitCode, Duration.ofNanos(System.nanoTime() - began).toMillis(), process.log());
		}

	}

	/** Takes its time. */
	static final class Slow {

		/** In place of seconds: ends the application. */
		static final int EXIT = -1;

		private Slow() {
		}

		@SuppressWarnings("SystemExitOutsideMain") // as applications do
		static void begin(String what, int seconds) {
			System.out.println("Slow: " + what);
			if (seconds == EXIT) {
				System.exit(7);
			}
			try {
				Thread.sleep(Duration.ofSeconds(seconds).toMillis());
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		}

	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@ImportAutoConfiguration(GracefulShutdownAutoConfiguration.class)
	static class Application {

		public static void main(String[] args) {
			SpringApplication.run(Application.class, args);
		}

		@Bean
		@Lazy(false)
		@ConditionalOnProperty("slow.bean")
		InitializingBean slowBean(@Value("${slow.bean}") int seconds) {
			return () -> Slow.begin("bean", seconds);
		}

		@Bean
		@Lazy(false)
		@ConditionalOnProperty("slow.destroy")
		DisposableBean slowEnd(@Value("${slow.destroy}") int seconds) {
			return () -> Slow.begin("destroy", seconds);
		}

		@Bean
		@ConditionalOnProperty("slow.refreshed")
		ApplicationListener<ContextRefreshedEvent> slowListener(@Value("${slow.refreshed}") int seconds) {
			return new SlowListener(seconds);
		}

		@Bean
		@ConditionalOnProperty("slow.runner")
		ApplicationRunner slowRunner(@Value("${slow.runner}") int seconds) {
			return (arguments) -> Slow.begin("runner", seconds);
		}

	}

	record SlowListener(int seconds) implements ApplicationListener<ContextRefreshedEvent> {

		@Override
		public void onApplicationEvent(ContextRefreshedEvent event) {
			Slow.begin("refreshed", this.seconds);
		}

	}

}
