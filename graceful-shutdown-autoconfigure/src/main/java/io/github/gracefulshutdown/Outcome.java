package io.github.gracefulshutdown;

/** How a drain or a whole shutdown ended. */
public enum Outcome {

	/** Every accepted piece of work ran to its end. */
	CLEAN,

	/** The time for the drain was over and work was left. */
	TIMED_OUT,

	/** The deadline passed and the process was halted. */
	FORCED

}
