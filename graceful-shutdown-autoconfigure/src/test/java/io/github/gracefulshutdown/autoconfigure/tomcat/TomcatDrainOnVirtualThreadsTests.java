package io.github.gracefulshutdown.autoconfigure.tomcat;

import java.util.List;

import io.github.gracefulshutdown.autoconfigure.RawConnection;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/**
 * The same on virtual threads. Tomcat has no queue then: what it has received waits for
 * one of the few threads that carry the virtual ones.
 */
@EnabledForJreRange(min = JRE.JAVA_21)
class TomcatDrainOnVirtualThreadsTests extends TomcatDrainTests {

	@Override
	String[] properties() {
		return new String[] { "spring.threads.virtual.enabled=true" };
	}

	@Override
	List<RawConnection> occupyAllThreads() {
		List<RawConnection> busy = connect(Runtime.getRuntime().availableProcessors());
		busy.forEach((connection) -> connection.get("/exempt-spinning"));
		return busy;
	}

}
