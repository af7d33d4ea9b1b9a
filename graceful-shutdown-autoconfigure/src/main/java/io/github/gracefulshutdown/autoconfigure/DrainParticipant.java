package io.github.gracefulshutdown.autoconfigure;

/**
 * Takes part in a shutdown. It is told before the listeners of the application and beside
 * them, whatever they do: one that throws, hangs or closes the context keeps nothing from
 * it. It has to be there when the context has created its singletons.
 */
public interface DrainParticipant {

	/**
	 * The instance has entered another stage. Called on a thread of its own, for which
	 * the shutdown waits for at most a second; it is interrupted then.
	 * @param event what has changed
	 */
	default void stageChanged(StageChangedEvent event) {
	}

	/**
	 * Requests are refused when this returns: the last moment to send clients elsewhere.
	 * Called on a thread of its own, for which the shutdown waits for at most a second;
	 * it is interrupted then.
	 */
	default void lastCall() {
	}

	/**
	 * The context closes and the drain, if there was time for one, has ended. Called on
	 * the thread that closes the context, before anything else hears of it.
	 */
	default void contextCloses() {
	}

}
