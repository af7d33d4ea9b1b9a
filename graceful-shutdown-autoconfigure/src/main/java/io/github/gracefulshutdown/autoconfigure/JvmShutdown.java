package io.github.gracefulshutdown.autoconfigure;

/** Whether the JVM runs its shutdown hooks, which has no accessor. */
final class JvmShutdown {

	private JvmShutdown() {
	}

	/** Returns whether the JVM goes down: it takes no more hooks then. */
	static boolean isUnderWay() {
		Thread hook = new Thread(() -> {
		});
		try {
			Runtime.getRuntime().addShutdownHook(hook);
			Runtime.getRuntime().removeShutdownHook(hook);
			return false;
		}
		catch (IllegalStateException ex) {
			return true;
		}
	}

}
