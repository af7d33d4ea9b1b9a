package io.github.gracefulshutdown.autoconfigure;

/** What becomes of work that does not end by itself, such as a stream of events. */
public enum StreamPolicy {

	/** It is ended politely when the drain begins, so that clients go elsewhere. */
	COMPLETE,

	/** It is waited for, as any other work. */
	AWAIT,

	/** It is not counted. */
	IGNORE

}
