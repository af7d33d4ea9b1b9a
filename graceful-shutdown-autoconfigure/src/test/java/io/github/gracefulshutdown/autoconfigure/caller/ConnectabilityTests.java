package io.github.gracefulshutdown.autoconfigure.caller;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;

/** Tests for {@link Connectability}. */
class ConnectabilityTests {

	@ParameterizedTest
	@ValueSource(strings = { "localhost", "127.0.0.1" })
	void anInstanceThatListensIsConnectedTo(String host) throws IOException {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			assertThat(isPossible(host, socket.getLocalPort())).isTrue();
		}
	}

	@Test
	void anInstanceThatListensOnOneAddressOfItsHostIsConnectedTo() throws IOException {
		for (InetAddress address : InetAddress.getAllByName("localhost")) {
			try (ServerSocket socket = new ServerSocket(0, 1, address)) {
				assertThat(isPossible("localhost", socket.getLocalPort())).isTrue();
			}
		}
	}

	@Test
	void anInstanceThatListensNoMoreIsNot() throws IOException {
		ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
		socket.close();
		assertThat(isPossible("localhost", socket.getLocalPort())).isFalse();
	}

	@Test
	void anInstanceWhoseHostIsUnknownIsNot() {
		assertThat(isPossible("unknown.invalid", 80)).isFalse();
	}

	@Test
	void anInstanceThatDoesNotAnswerIsNotWaitedForForLong() throws IOException {
		try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
				Socket first = new Socket(full.getInetAddress(), full.getLocalPort());
				Socket second = new Socket(full.getInetAddress(), full.getLocalPort())) {
			assertThat(first.isConnected() && second.isConnected()).isTrue();
			assertTimeout(Duration.ofSeconds(5),
					() -> assertThat(isPossible("127.0.0.1", full.getLocalPort())).isFalse());
		}
	}

	@ParameterizedTest
	@ValueSource(ints = { -1, 0 })
	void anInstanceWhosePortIsUnknownMayTakeConnections(int port) {
		assertThat(isPossible("localhost", port)).isTrue();
	}

	private static boolean isPossible(String host, int port) {
		return Connectability.isPossible(new CalledInstance("orders", host + ":" + port, null));
	}

}
