package io.github.gracefulshutdown.sample.process;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Ports for processes that are about to start, any of which may be taken by the time its
 * process binds it. So each is given out once, those of the two JVMs that run tests at a
 * time are not the same, and none is in the range from which the system takes the local
 * ports of connections (32768 and up on Linux).
 */
final class FreePorts {

	private static final int COUNT = 11_000;

	private static final int FIRST = 32768 - Integer.parseInt(System.getProperty("sample.fork", "1")) * COUNT;

	// By chance, for builds that run at the same time.
	private static final AtomicInteger NEXT = new AtomicInteger(FIRST + ThreadLocalRandom.current().nextInt(COUNT / 2));

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
		if (port >= FIRST + COUNT) {
			throw new IllegalStateException("No port is left of the %d from %d on".formatted(COUNT, FIRST));
		}
		try (ServerSocket socket = new ServerSocket(port)) {
			return true;
		}
		catch (IOException ex) {
			return false;
		}
	}

}
