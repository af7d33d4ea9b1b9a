package io.github.gracefulshutdown.autoconfigure.reactive;

import java.net.InetAddress;
import java.net.InetSocketAddress;

import jakarta.servlet.ServletRequest;
import org.jspecify.annotations.Nullable;
import reactor.netty.http.server.HttpServerRequest;

import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;
import org.springframework.util.ClassUtils;

/**
 * Address that a request came from, as the server knows it. The framework may have put
 * another before it, from a header that anybody can send.
 */
final class PeerAddress {

	private static final boolean SERVLET_PRESENT = isPresent("jakarta.servlet.ServletRequest");

	private static final boolean NETTY_PRESENT = isPresent("reactor.netty.http.server.HttpServerRequest");

	private PeerAddress() {
	}

	private static boolean isPresent(String type) {
		return ClassUtils.isPresent(type, PeerAddress.class.getClassLoader());
	}

	static String of(ServerHttpRequest request) {
		Object server = ServerHttpRequestDecorator.getNativeRequest(request);
		if (SERVLET_PRESENT && OnServlet.is(server)) {
			return OnServlet.address(server);
		}
		return host((NETTY_PRESENT && OnNetty.is(server)) ? OnNetty.address(server) : request.getRemoteAddress());
	}

	private static String host(@Nullable InetSocketAddress remote) {
		InetAddress address = (remote != null) ? remote.getAddress() : null;
		return (address != null) ? address.getHostAddress() : "unknown";
	}

	/** Loaded where its types are. */
	private static final class OnServlet {

		static boolean is(Object request) {
			return request instanceof ServletRequest;
		}

		static String address(Object request) {
			return ((ServletRequest) request).getRemoteAddr();
		}

	}

	/** Loaded where its types are. */
	private static final class OnNetty {

		static boolean is(Object request) {
			return request instanceof HttpServerRequest;
		}

		static @Nullable InetSocketAddress address(Object request) {
			return ((HttpServerRequest) request).remoteAddress();
		}

	}

}
