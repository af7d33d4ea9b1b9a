package io.github.gracefulshutdown.sample.process;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Ports for processes that are about to start. Each is given out once, and none is in the
 * range from which the system takes the local ports of connections (32768 and up on
 * Linux): one of those may be taken by the time the process binds it.
 */
final class FreePorts {

	private static final int LAST = 32767;

	private static final AtomicInteger NEXT = new AtomicInteger(ThreadLocalRandom.current().nextInt(10_000, 25_000));

	private FreePorts() {
	}

	static int next() {
		int port = NEXT.getAndIncrement();
		while (!isFree(port)) {
			port = NEXT.getAndIncrement();
		}
		return port;
	}

	private static boolean isFree(int port) {
		if (port > LAST) {
			throw new IllegalStateException("No port is left up to " + LAST);
		}
		try (ServerSocket socket = new ServerSocket(port)) {
			return true;
		}
		catch (IOException ex) {
			return false;
		}
	}

}
