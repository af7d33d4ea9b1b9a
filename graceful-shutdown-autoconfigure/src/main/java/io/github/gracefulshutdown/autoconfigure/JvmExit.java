package io.github.gracefulshutdown.autoconfigure;

/** Whether the JVM goes down, which it tells to nobody but those who add a hook. */
final class JvmExit {

	private JvmExit() {
	}

	/** Returns whether the JVM goes down. */
	static boolean isUnderWay() {
		Thread hook = new Thread(() -> {
		});
		try {
			Runtime.getRuntime().addShutdownHook(hook);
			Runtime.getRuntime().removeShutdownHook(hook);
			return false;
		}
		catch (IllegalStateException ex) { // "Shutdown in progress"
			return true;
		}
	}

}
