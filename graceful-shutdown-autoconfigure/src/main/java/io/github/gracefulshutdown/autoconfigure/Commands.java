package io.github.gracefulshutdown.autoconfigure;

import java.util.List;

import org.jspecify.annotations.Nullable;

/** Runs programs of the machine. */
interface Commands {

	/**
	 * Runs a program.
	 * @param command the program and its arguments
	 * @return what it has written, or {@code null} if it is not there, has failed or has
	 * not ended in time
	 */
	@Nullable String run(List<String> command);

}
