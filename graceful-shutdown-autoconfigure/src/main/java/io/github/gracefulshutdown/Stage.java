package io.github.gracefulshutdown;

/** Where an instance stands between its start and its end. */
public enum Stage {

	/** Serves, and nobody was told otherwise. */
	SERVING,

	/** Announced as leaving, still serving everything. */
	LAME_DUCK,

	/** New requests are refused, work in flight goes on. */
	BLOCKING,

	/** No work is in flight any more, or its time is over. */
	DRAINED,

	/** The resources of the application were released: the context closes. */
	RELEASED

}
