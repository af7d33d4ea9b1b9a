package io.github.gracefulshutdown.autoconfigure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for {@link ContainerMarks}. */
class ContainerMarksTests {

	@TempDir
	Path root;

	@ParameterizedTest
	@ValueSource(strings = { ".dockerenv", "run/.containerenv" })
	void aFileOfTheEngineTellsOfAContainer(String file) throws IOException {
		process(1, 0, "0::/");
		assertThat(isMainProcess()).isFalse();
		Files.createDirectories(this.root.resolve(file).getParent());
		Files.createFile(this.root.resolve(file));
		assertThat(isMainProcess()).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "12:pids:/docker/4c01db0b339c", "0::/system.slice/docker-4c01db0b339c.scope",
			"0::/machine.slice/libpod-4c01db0b339c.scope" })
	void aControlGroupTellsOfAContainer(String cgroup) throws IOException {
		process(1, 0, cgroup);
		assertThat(isMainProcess()).isTrue();
	}

	@ParameterizedTest
	@CsvSource({ "1, 0, true", "7, 1, true", "70, 7, false" })
	void onlyTheFirstProcessOfAContainerAndItsChildrenAreStoppedByTheEngine(int pid, int parent, boolean stopped)
			throws IOException {
		process(pid, parent, "0::/docker/4c01db0b339c");
		assertThat(isMainProcess()).isEqualTo(stopped);
	}

	@Test
	void aMachineWithoutTheseFilesIsNoContainer() {
		assertThat(isMainProcess()).isFalse();
	}

	private void process(int pid, int parent, String cgroup) throws IOException {
		Files.createDirectories(this.root.resolve("proc/self"));
		Files.writeString(this.root.resolve("proc/self/cgroup"), cgroup + "\n");
		Files.writeString(this.root.resolve("proc/self/stat"), "%d (java) S %d 1 1 0 -1".formatted(pid, parent));
	}

	private boolean isMainProcess() {
		return new ContainerMarks(this.root).isMainProcess();
	}

}
