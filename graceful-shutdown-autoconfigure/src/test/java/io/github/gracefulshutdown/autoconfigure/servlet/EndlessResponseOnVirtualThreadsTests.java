package io.github.gracefulshutdown.autoconfigure.servlet;

import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/** The same for responses that do not end by themselves, on virtual threads. */
@EnabledForJreRange(min = JRE.JAVA_21)
class EndlessResponseOnVirtualThreadsTests extends EndlessResponseTests {

	@Override
	String[] properties() {
		return new String[] { "spring.threads.virtual.enabled=true" };
	}

}
