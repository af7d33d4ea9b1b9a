package io.github.gracefulshutdown.sample.fault;

import java.util.concurrent.TimeUnit;

/** What faults have in common. */
final class Faults {

	private static final long END = System.nanoTime() + TimeUnit.HOURS.toNanos(1);

	private Faults() {
	}

	/** Tells whoever reads the output, also when there is no memory for a log. */
	static void begins(String fault) {
		while (!isOver()) {
			try {
				System.out.println("Fault begins: " + fault);
				return;
			}
			catch (OutOfMemoryError ex) {
				Thread.onSpinWait();
			}
		}
	}

	/** Returns whether whoever should have ended this process has left. */
	static boolean isOver() {
		return System.nanoTime() - END > 0;
	}

	/** Sleeps, whoever interrupts. */
	static void sleepForGood() {
		while (!isOver()) {
			try {
				TimeUnit.MINUTES.sleep(1);
			}
			catch (InterruptedException ex) {
				// That is the fault.
			}
		}
	}

}
