package io.github.gracefulshutdown.autoconfigure.servlet;

import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/** The same for asynchronous requests that begin on virtual threads. */
@EnabledForJreRange(min = JRE.JAVA_21)
class ServletAsyncOnVirtualThreadsTests extends ServletAsyncTests {

	@Override
	String[] properties() {
		return new String[] { "spring.threads.virtual.enabled=true" };
	}

}
