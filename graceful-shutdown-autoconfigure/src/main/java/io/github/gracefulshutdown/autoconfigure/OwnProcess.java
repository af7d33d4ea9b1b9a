package io.github.gracefulshutdown.autoconfigure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * This process, as {@code /proc} of Linux tells of it.
 *
 * @param id the process id
 * @param parent that of the process that has started it
 */
record OwnProcess(String id, String parent) {

	/**
	 * Reads what is told of this process.
	 * @param proc where the processes are told of
	 * @throws IOException if that is not Linux, or not allowed
	 * @throws IndexOutOfBoundsException if it is told in another way
	 */
	static OwnProcess in(Path proc) throws IOException {
		String stat = Files.readString(proc.resolve("self/stat"));
		// The name, in brackets, may be anything.
		String[] afterName = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
		return new OwnProcess(stat.substring(0, stat.indexOf(' ')), afterName[1]);
	}

}
