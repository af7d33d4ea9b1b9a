package io.github.gracefulshutdown.autoconfigure;

import java.time.Duration;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for {@link ProcessCommands}. */
class ProcessCommandsTests {

	@Test
	void whatAProgramWritesIsReturned() {
		assertThat(run(Duration.ofSeconds(30), "echo one; echo two")).isEqualTo("one\ntwo\n");
	}

	@Test
	void nothingComesOfAProgramThatFailsOrIsNotThere() {
		assertThat(run(Duration.ofSeconds(30), "echo one; exit 3")).isNull();
		assertThat(new ProcessCommands(Duration.ofSeconds(30)).run(List.of("no-such-program-anywhere"))).isNull();
	}

	@Test
	void aProgramThatHangsIsNotWaitedFor() {
		assertThat(run(Duration.ofMillis(50), "exec sleep 300")).isNull();
	}

	private static @Nullable String run(Duration timeout, String script) {
		return new ProcessCommands(timeout).run(List.of("sh", "-c", script));
	}

}
