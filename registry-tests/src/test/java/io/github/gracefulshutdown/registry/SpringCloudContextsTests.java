package io.github.gracefulshutdown.registry;

import io.github.gracefulshutdown.Stage;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.cloud.context.refresh.ContextRefresher;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that the contexts which Spring Cloud makes beside that of the application, above
 * it at the start and for a moment when settings are read again, take no part in it.
 */
@ExtendWith(OutputCaptureExtension.class)
class SpringCloudContextsTests {

	private static final String SETTING = "graceful.shutdown.drain.timeout";

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void areNotThoseOfTheApplicationAndARefreshEndsNothing(boolean bootstrap, CapturedOutput output) {
		try (RunningApplication application = RunningApplication.start("spring.cloud.bootstrap.enabled=" + bootstrap)) {
			assertThat(application.context().getParent() != null).isEqualTo(bootstrap);
			System.setProperty(SETTING, "9s");
			application.bean(ContextRefresher.class).refresh();
			assertThat(application.stage()).isEqualTo(Stage.SERVING);
			assertThat(application.call()).isEqualTo(200);
			application.drain();
			assertThat(application.call()).isEqualTo(503);
			application.resume();
			assertThat(application.call()).isEqualTo(200);
		}
		finally {
			System.clearProperty(SETTING);
		}
		assertThat(output.toString().lines().filter((line) -> line.contains("Graceful shutdown ended CLEAN")))
			.hasSize(1);
	}

}
