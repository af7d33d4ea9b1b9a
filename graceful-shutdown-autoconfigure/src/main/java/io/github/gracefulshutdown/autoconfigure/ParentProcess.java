package io.github.gracefulshutdown.autoconfigure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/** Who has started this process, as {@code /proc} of Linux tells it. */
final class ParentProcess {

	private static final Set<String> SHELLS = Set.of("sh", "ash", "bash", "dash", "busybox", "ksh", "zsh");

	private final Path proc;

	/**
	 * Creates the parent of this process.
	 * @param proc where the processes are told of
	 */
	ParentProcess(Path proc) {
		this.proc = proc;
	}

	/**
	 * Returns the name of the parent if it is a shell and the first process, as in a
	 * container whose script has not handed over with {@code exec}: the kernel gives the
	 * first process no signal that it has no handler for, and a shell tells its children
	 * nothing.
	 */
	@Nullable String shellThatIsFirst() {
		try {
			if (!OwnProcess.in(this.proc).parent().equals("1")) {
				return null;
			}
			String name = Files.readString(this.proc.resolve("1/comm")).trim();
			return SHELLS.contains(name) ? name : null;
		}
		catch (IOException | IndexOutOfBoundsException ex) { // not Linux, or not allowed
			return null;
		}
	}

}
