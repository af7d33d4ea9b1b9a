package io.github.gracefulshutdown.autoconfigure;

import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import io.github.gracefulshutdown.Stage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for {@link SystemdNotifier}. */
class SystemdNotifierTests {

	private final StepFixture fixture = new StepFixture();

	private final PlainEnvironment environment = new PlainEnvironment();

	private final BlockingQueue<List<String>> commands = new LinkedBlockingQueue<>();

	SystemdNotifierTests() {
		this.fixture.join(new SystemdNotifier(this.environment, this.fixture.state, this.fixture.guests, (command) -> {
			this.commands.add(command);
			return "";
		}));
	}

	@AfterEach
	void close() {
		this.fixture.close();
	}

	@Test
	void tellsOnceHowLongTheShutdownMayTake() throws InterruptedException {
		this.environment.set("NOTIFY_SOCKET", "/run/systemd/notify");
		this.fixture.state.beginClose();
		StepFixture.get(this.fixture.state.beginDrain().announced());
		assertThat(this.commands.poll(10, TimeUnit.SECONDS)).containsExactly("systemd-notify", "STOPPING=1",
				"EXTEND_TIMEOUT_USEC=26000000");
		StepFixture.get(this.fixture.state.enter(Stage.BLOCKING));
		assertThat(this.commands).isEmpty();
	}

	@Test
	void tellsNothingWithoutSystemd() {
		this.fixture.state.beginClose();
		StepFixture.get(this.fixture.state.beginDrain().announced());
		assertThat(this.commands).isEmpty();
	}

	@Test
	void tellsNothingOfADrainThatCanBeUndone() {
		this.environment.set("NOTIFY_SOCKET", "/run/systemd/notify");
		StepFixture.get(this.fixture.state.beginDrain().announced());
		assertThat(this.commands).isEmpty();
	}

}
