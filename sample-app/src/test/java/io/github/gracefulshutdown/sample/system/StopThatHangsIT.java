package io.github.gracefulshutdown.sample.system;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;

import io.github.gracefulshutdown.sample.process.SampleProcess;
import io.github.gracefulshutdown.sample.process.Stop;
import jakarta.annotation.PreDestroy;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Stops an instance that cannot come to its end. */
class StopThatHangsIT {

	@Test
	void isForcedAtTheDeadline() {
		String[] shortTimeouts = { "--graceful.shutdown.timeout=4s", "--graceful.shutdown.deregistration.timeout=1s",
				"--graceful.shutdown.lame-duck.maximum=1s", "--graceful.shutdown.drain.timeout=1s",
				"--graceful.shutdown.teardown.timeout=1s" };
		try (SampleProcess sample = SampleProcess.startWithBean("hangs", Hanging.class, shortTimeouts).awaitReady()) {
			Stop stop = sample.stop();
			assertThat(stop.exitCode()).isEqualTo(1);
			assertThat(stop.duration()).isBetween(Duration.ofSeconds(4), Duration.ofSeconds(8));
		}
	}

	/** Hangs when it is destroyed. */
	static class Hanging {

		@PreDestroy
		void hang() throws InterruptedException {
			new CountDownLatch(1).await();
		}

	}

}
