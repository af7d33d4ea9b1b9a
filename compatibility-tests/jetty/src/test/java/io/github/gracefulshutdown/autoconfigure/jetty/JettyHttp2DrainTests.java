package io.github.gracefulshutdown.autoconfigure.jetty;

import io.github.gracefulshutdown.autoconfigure.Http2DrainContract;

/** Tests for the drain of HTTP/2 on Jetty. */
class JettyHttp2DrainTests extends Http2DrainContract {

	JettyHttp2DrainTests() {
		super("server.jetty.threads.max=7", "server.jetty.threads.min=7", "server.jetty.threads.acceptors=1",
				"server.jetty.threads.selectors=1");
	}

}
