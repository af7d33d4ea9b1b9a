package io.github.gracefulshutdown.autoconfigure.jetty;

import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/**
 * The same on virtual threads. What Jetty has received waits for one of the few threads
 * that carry the virtual ones.
 */
@EnabledForJreRange(min = JRE.JAVA_21)
class JettyDrainOnVirtualThreadsTests extends JettyDrainTests {

	@Override
	protected String[] properties() {
		return new String[] { "spring.threads.virtual.enabled=true" };
	}

	@Override
	protected void occupyAllThreads() {
		int carriers = Runtime.getRuntime().availableProcessors();
		occupy(carriers, "/exempt-spinning", carriers);
	}

}
