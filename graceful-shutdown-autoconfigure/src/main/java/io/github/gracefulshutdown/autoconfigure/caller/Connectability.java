package io.github.gracefulshutdown.autoconfigure.caller;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/**
 * Tells whether an instance can be connected to, by connecting to it. It does not wait
 * for longer than a second, apart from the time that its name takes to resolve.
 */
final class Connectability {

	private static final int TIMEOUT_MILLIS = 1_000;

	private Connectability() {
	}

	/**
	 * Returns {@code false} only if the instance is known to take no connections on any
	 * address of its host.
	 */
	static boolean isPossible(CalledInstance instance) {
		int colon = instance.address().lastIndexOf(':');
		String host = instance.address().substring(0, colon);
		int port = Integer.parseInt(instance.address().substring(colon + 1));
		return port <= 0 || isPossible(host, port);
	}

	private static boolean isPossible(String host, int port) {
		try {
			InetAddress[] addresses = InetAddress.getAllByName(host);
			for (InetAddress address : addresses) {
				if (isPossible(new InetSocketAddress(address, port), Math.max(1, TIMEOUT_MILLIS / addresses.length))) {
					return true;
				}
			}
			return false;
		}
		catch (IOException ex) {
			return !ConnectFailure.isCauseOf(ex);
		}
	}

	private static boolean isPossible(InetSocketAddress address, int timeoutMillis) {
		try (Socket socket = new Socket()) {
			socket.connect(address, timeoutMillis);
			return true;
		}
		catch (IOException ex) { // possible for all we know, if there was no socket for
									// it
			return !ConnectFailure.isCauseOf(ex);
		}
	}

}
