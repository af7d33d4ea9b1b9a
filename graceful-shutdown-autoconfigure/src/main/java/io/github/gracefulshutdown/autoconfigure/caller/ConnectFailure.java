package io.github.gracefulshutdown.autoconfigure.caller;

import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.nio.channels.UnresolvedAddressException;

import org.jspecify.annotations.Nullable;

/** Tells that no connection came about, so that nothing can have been executed. */
final class ConnectFailure {

	private static final int DEEPEST = 20;

	private static final String APACHE_TIMEOUT = "org.apache.hc.client5.http.ConnectTimeoutException";

	private static final String JDK_TIMEOUT = "Connect timed out";

	private ConnectFailure() {
	}

	static boolean isCauseOf(Throwable failure) {
		@Nullable Throwable cause = failure;
		for (int depth = 0; cause != null && depth < DEEPEST; depth++) {
			if (isConnectFailure(cause)) {
				return true;
			}
			cause = cause.getCause();
		}
		return false;
	}

	private static boolean isConnectFailure(Throwable cause) {
		return cause instanceof ConnectException || cause instanceof HttpConnectTimeoutException
				|| cause instanceof NoRouteToHostException || cause instanceof UnknownHostException
				|| cause instanceof UnresolvedAddressException || cause.getClass().getName().equals(APACHE_TIMEOUT)
				|| (cause instanceof SocketTimeoutException && JDK_TIMEOUT.equals(cause.getMessage()));
	}

}
