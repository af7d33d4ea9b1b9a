package io.github.gracefulshutdown.registry;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Passes connections on to a server until it freezes it: then connections are accepted,
 * what is sent is taken, and no answer ever comes.
 */
final class FreezableProxy implements AutoCloseable {

	private final ServerSocket listener;

	private final int target;

	private final Queue<Socket> sockets = new ConcurrentLinkedQueue<>();

	private volatile boolean frozen;

	private FreezableProxy(ServerSocket listener, int target) {
		this.listener = listener;
		this.target = target;
	}

	static FreezableProxy to(int port) {
		try {
			FreezableProxy proxy = new FreezableProxy(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), port);
			start(proxy::accept);
			return proxy;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	int port() {
		return this.listener.getLocalPort();
	}

	void freeze() {
		this.frozen = true;
	}

	private void accept() throws IOException {
		while (true) {
			Socket client = this.listener.accept();
			Socket server = new Socket(InetAddress.getLoopbackAddress(), this.target);
			this.sockets.add(client);
			this.sockets.add(server);
			start(() -> pass(client, server));
			start(() -> pass(server, client));
		}
	}

	private void pass(Socket from, Socket to) throws IOException {
		InputStream in = from.getInputStream();
		OutputStream out = to.getOutputStream();
		byte[] buffer = new byte[8192];
		for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
			if (!this.frozen) {
				out.write(buffer, 0, read);
			}
		}
		if (!this.frozen) {
			to.close();
		}
	}

	private static void start(Passing passing) {
		Thread thread = new Thread(() -> {
			try {
				passing.run();
			}
			catch (IOException ex) {
				// closed
			}
		});
		thread.setDaemon(true);
		thread.start();
	}

	/** Cuts all connections and refuses new ones: the server is down. */
	@Override
	public void close() {
		try {
			this.listener.close();
			for (Socket socket : this.sockets) {
				socket.close();
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private interface Passing {

		void run() throws IOException;

	}

}
