package io.github.gracefulshutdown.autoconfigure.tomcat;

import io.github.gracefulshutdown.autoconfigure.Http2DrainContract;

/** Tests for the drain of HTTP/2 on Tomcat. */
class TomcatHttp2DrainTests extends Http2DrainContract {

	TomcatHttp2DrainTests() {
		super("server.tomcat.threads.max=4");
	}

}
