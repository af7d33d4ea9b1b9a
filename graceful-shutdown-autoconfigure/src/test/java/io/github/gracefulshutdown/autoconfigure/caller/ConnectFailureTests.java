package io.github.gracefulshutdown.autoconfigure.caller;

import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.ClosedChannelException;
import java.util.stream.Stream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for {@link ConnectFailure}. */
class ConnectFailureTests {

	@ParameterizedTest
	@MethodSource
	void noConnectionCameAbout(Throwable failure) {
		assertThat(ConnectFailure.isCauseOf(failure)).isTrue();
		assertThat(ConnectFailure.isCauseOf(new IllegalStateException(new IOException(failure)))).isTrue();
	}

	static Stream<Throwable> noConnectionCameAbout() {
		return Stream.of(new ConnectException("Connection refused"), new HttpConnectTimeoutException("timed out"),
				new NoRouteToHostException(), new UnknownHostException(),
				new SocketTimeoutException("Connect timed out"));
	}

	@ParameterizedTest
	@MethodSource
	void theRequestMayHaveArrived(Throwable failure) {
		assertThat(ConnectFailure.isCauseOf(failure)).isFalse();
	}

	static Stream<Throwable> theRequestMayHaveArrived() {
		IOException loop = new IOException();
		IOException round = new IOException(loop);
		loop.initCause(round);
		return Stream.of(new SocketException("Connection reset"), new SocketTimeoutException("Read timed out"),
				new HttpTimeoutException("timed out"), new EOFException(), new ClosedChannelException(),
				new IOException("HTTP/1.1 header parser received no bytes"), loop);
	}

}
