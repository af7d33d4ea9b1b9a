package io.github.gracefulshutdown.autoconfigure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for {@link SystemdUnit}. */
class SystemdUnitTests {

	@TempDir
	Path proc;

	private final List<List<String>> commands = new ArrayList<>();

	private @Nullable String shown = "MainPID=7\nTimeoutStopUSec=1min 30s\n";

	@ParameterizedTest
	@CsvSource({ "1min 30s, 90000", "20s, 20000", "1h 2min 3s, 3723000", "2min 500ms, 120500", "7ms, 7" })
	void tellsHowLongTheServiceMayTakeToStop(String timeout, long millis) throws IOException {
		process("0::/system.slice/orders.service", 1);
		this.shown = "TimeoutStopUSec=%s\nMainPID=7\n".formatted(timeout);
		assertThat(stop()).isEqualTo(new SystemdUnit.Stop("orders.service", Duration.ofMillis(millis)));
		assertThat(this.commands).containsExactly(List.of("systemctl", "show", "--property=MainPID",
				"--property=TimeoutStopUSec", "--", "orders.service"));
	}

	@Test
	void isReadInTheFirstVersionOfControlGroups() throws IOException {
		process("4:memory:/system.slice/orders.service\n1:name=systemd:/system.slice/orders.service\n0::/", 1);
		assertThat(stop()).isNotNull();
	}

	@Test
	void aServiceOfAUserIsAskedForThere() throws IOException {
		process("0::/user.slice/user-1000.slice/user@1000.service/app.slice/orders.service", 1);
		assertThat(stop()).isNotNull();
		assertThat(this.commands.get(0)).startsWith("systemctl", "--user");
	}

	@Test
	void aServiceThatIsAScriptWhichStartsThisProcessCounts() throws IOException {
		process("0::/system.slice/orders.service", 3);
		this.shown = "MainPID=3\nTimeoutStopUSec=20s\n";
		assertThat(stop()).isNotNull();
	}

	@Test
	void whatRunsDeepBelowAServiceIsNone() throws IOException {
		process("0::/system.slice/build-agent.service", 6);
		this.shown = "MainPID=3\nTimeoutStopUSec=20s\n";
		assertThat(stop()).isNull();
	}

	@ParameterizedTest
	@ValueSource(strings = { "0::/user.slice/user-0.slice/session-4.scope", "0::/",
			"0::/system.slice/docker-4c01db0b339c.scope", "0::/system.slice/containerd.service/kubepods/pod1/c1", "" })
	void whatIsNoServiceIsNotAskedFor(String cgroup) throws IOException {
		process(cgroup, 1);
		assertThat(stop()).isNull();
		assertThat(this.commands).isEmpty();
	}

	@Test
	void aServiceThatIsWaitedForForeverHasNoTimeout() throws IOException {
		process("0::/system.slice/orders.service", 1);
		this.shown = "MainPID=7\nTimeoutStopUSec=infinity\n";
		assertThat(stop()).isEqualTo(new SystemdUnit.Stop("orders.service", null));
	}

	@Test
	void isNotKnownWithoutSystemctlOrProcesses() throws IOException {
		assertThat(stop()).isNull();
		process("0::/system.slice/orders.service", 1);
		this.shown = null;
		assertThat(stop()).isNull();
		this.shown = "nonsense";
		assertThat(stop()).isNull();
	}

	private void process(String cgroup, int parent) throws IOException {
		Files.createDirectories(this.proc.resolve("self"));
		Files.writeString(this.proc.resolve("self/cgroup"), cgroup + "\n");
		Files.writeString(this.proc.resolve("self/stat"), "7 (java (odd) name) S %d 7 7 0 -1".formatted(parent));
	}

	private SystemdUnit.@Nullable Stop stop() {
		return new SystemdUnit(this.proc, (command) -> {
			this.commands.add(command);
			return this.shown;
		}).stop();
	}

}
