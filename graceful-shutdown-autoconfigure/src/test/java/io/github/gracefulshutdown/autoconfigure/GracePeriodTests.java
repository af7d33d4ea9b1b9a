package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;

import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests with a process that does not end by itself, and a platform that kills soon. */
class GracePeriodTests {

	@Test
	void aProcessThatIsStuckIsGoneBeforeThePlatformKillsIt() {
		try (ApplicationProcess process = ApplicationProcess.start(Application.class,
				"--graceful.shutdown.platform.grace-period=3s", "--spring.main.keep-alive=true",
				"--spring.main.web-application-type=none")) {
			process.awaitLog("Graceful shutdown within 2000 ms \\(cut to the grace period of the platform, 3000 ms\\)");
			assertThat(process.log()).containsPattern("WARN .*is 3s: it is cut to 2s\\. Set .*stop_grace_period: 26s");
			process.signal("TERM");
			// It would be 25 s by default.
			assertThat(process.awaitExit(Duration.ofSeconds(20))).isEqualTo(1);
			assertThat(process.log()).contains("Graceful shutdown FORCED");
		}
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration(GracefulShutdownAutoConfiguration.class)
	static class Application {

		@Bean
		DisposableBean stuck() {
			return () -> new CountDownLatch(1).await();
		}

		public static void main(String[] args) {
			SpringApplication.run(Application.class, args);
		}

	}

}
