package io.github.gracefulshutdown.autoconfigure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.github.gracefulshutdown.DrainGate;
import io.github.gracefulshutdown.Permit;
import io.github.gracefulshutdown.Stage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.ApplicationRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.util.StringUtils;

import static org.assertj.core.api.Assertions.assertThat;

/** Ends processes with several contexts, which Spring Boot closes one after the other. */
class SeveralContextsTests {

	@TempDir
	Path directory;

	@ParameterizedTest
	@CsvSource({ "applications, TERM, 143", "hierarchy, TERM, 143", "applications, exit, 0" })
	void contextsDrainSideBySideInTheTimeOfOne(String contexts, String sign, int exitCode) {
		try (ApplicationProcess process = ApplicationProcess.start(Application.class, contexts, sign, "work", "8s",
				"8s", "/nowhere")) {
			process.awaitLog("All started");
			if (sign.equals("TERM")) {
				process.signal(sign);
			}
			assertThat(process.awaitExit(Duration.ofSeconds(40))).as(process.log()).isEqualTo(exitCode);
			String log = process.log();
			assertThat(StringUtils.countOccurrencesOf(log, "Graceful shutdown ended CLEAN")).as(log).isEqualTo(2);
			assertThat(log.lastIndexOf("Drain began")).as(log).isLessThan(log.indexOf("Step 'drain' took"));
		}
	}

	@Test
	void theProcessHasTheTimeOfTheContextWithTheMostAndNamesEachThatHasNotEnded() throws IOException {
		Path terminationMessage = Files.createFile(this.directory.resolve("termination-log"));
		try (ApplicationProcess process = ApplicationProcess.start(Application.class, "applications", "TERM", "hang",
				"2s", "4s", terminationMessage.toString())) {
			process.awaitLog("All started");
			long began = System.nanoTime();
			process.signal("TERM");
			assertThat(process.awaitExit(Duration.ofSeconds(40))).isOne();
			// That of the second is twice as long.
			assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(Duration.ofMillis(3_500));
			assertThat(process.log()).contains("halted with exit code 1: first: Graceful shutdown FORCED after 4")
				.contains("SeveralContextsTests$Application.hang(")
				.contains("\nsecond: Graceful shutdown FORCED after 4");
			assertThat(terminationMessage).content()
				.contains("first: Graceful shutdown FORCED")
				.contains("\nsecond: Graceful shutdown FORCED");
		}
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@ImportAutoConfiguration(GracefulShutdownAutoConfiguration.class)
	static class Application {

		private static final Duration AFTER_THE_CLOSE = Duration.ofSeconds(3);

		public static void main(String[] args) {
			String[] first = arguments("first", args[2], args[3], args[5]);
			String[] second = arguments("second", args[2], args[4], args[5]);
			if (args[0].equals("hierarchy")) {
				new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
					.child(Application.class)
					.web(WebApplicationType.NONE)
					.run(first);
			}
			else {
				new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE).run(first);
				new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE).run(second);
			}
			System.out.println("All started");
			if (args[1].equals("exit")) {
				System.exit(0);
			}
		}

		private static String[] arguments(String name, String work, String timeout, String terminationMessage) {
			return new String[] { "--spring.application.name=" + name, "--case=" + work,
					"--graceful.shutdown.timeout=" + timeout,
					"--graceful.shutdown.termination-message-path=" + terminationMessage,
					"--graceful.shutdown.lame-duck.maximum=0", "--spring.main.banner-mode=off",
					"--spring.main.keep-alive=true" };
		}

		/** Ends a while after nothing new is let in. */
		@Bean
		@ConditionalOnProperty(name = "case", havingValue = "work")
		ApplicationRunner workBegins(Work work, DrainGate gate) {
			return (arguments) -> work.permit = Objects.requireNonNull(gate.tryEnter("job", "of a test"));
		}

		@Bean
		Work work() {
			return new Work();
		}

		@Bean
		@ConditionalOnProperty(name = "case", havingValue = "hang")
		DisposableBean hanging() {
			return Application::hang;
		}

		private static void hang() {
			new CompletableFuture<>().join();
		}

	}

	static class Work implements ApplicationListener<StageChangedEvent> {

		@Nullable Permit permit;

		@Override
		public void onApplicationEvent(StageChangedEvent event) {
			Permit current = this.permit;
			if (event.getStage() == Stage.BLOCKING && current != null) {
				CompletableFuture.delayedExecutor(Application.AFTER_THE_CLOSE.toMillis(), TimeUnit.MILLISECONDS)
					.execute(current::close);
			}
		}

	}

}
