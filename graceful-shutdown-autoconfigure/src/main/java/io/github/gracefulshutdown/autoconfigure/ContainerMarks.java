package io.github.gracefulshutdown.autoconfigure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What tells a process that it is what a container was started for: the files that Docker
 * and Podman put there, or the name of its control group. What is deeper in the tree of a
 * container's processes, as a build is, gets its signal from its parent and not from the
 * engine.
 */
final class ContainerMarks {

	private final Path root;

	/**
	 * Creates the marks.
	 * @param root the root of the file system
	 */
	ContainerMarks(Path root) {
		this.root = root;
	}

	/**
	 * Returns whether this process, or the one that started it, is the first one of a
	 * container.
	 */
	boolean isMainProcess() {
		try {
			OwnProcess process = OwnProcess.in(this.root.resolve("proc"));
			return (process.id().equals("1") || process.parent().equals("1")) && isContainer();
		}
		catch (IOException | IndexOutOfBoundsException ex) { // not Linux, or not allowed
			return false;
		}
	}

	private boolean isContainer() throws IOException {
		if (Files.exists(this.root.resolve(".dockerenv")) || Files.exists(this.root.resolve("run/.containerenv"))) {
			return true;
		}
		String cgroup = Files.readString(this.root.resolve("proc/self/cgroup"));
		return cgroup.contains("/docker") || cgroup.contains("/libpod");
	}

}
