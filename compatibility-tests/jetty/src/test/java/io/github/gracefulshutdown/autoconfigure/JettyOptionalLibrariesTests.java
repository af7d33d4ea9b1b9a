package io.github.gracefulshutdown.autoconfigure;

import java.io.IOException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The same for what an application on Jetty may lack. */
class JettyOptionalLibrariesTests extends OptionalLibrariesTests {

	@Override
	@ParameterizedTest
	@CsvSource(quoteCharacter = '"', value = { "no HTTP/2, http2|alpn", "no WebSocket, websocket",
			"the API of Jetty's WebSockets only, jakarta.*websocket|websocket-jakarta|boot-websocket" })
	void anApplicationStartsAndDrains(String name, String missing) throws IOException, InterruptedException {
		super.anApplicationStartsAndDrains(name, missing);
	}

}
