package io.github.gracefulshutdown.autoconfigure.actuate;

import java.util.concurrent.CompletableFuture;

import io.github.gracefulshutdown.Permit;
import io.github.gracefulshutdown.Stage;
import io.github.gracefulshutdown.autoconfigure.WebApplication;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;

import static org.assertj.core.api.Assertions.assertThat;

/** Tests for {@link DrainEndpoint} in a reactive application. */
class ReactiveDrainEndpointTests extends DrainEndpointContract {

	ReactiveDrainEndpointTests() {
		super("/app", "spring.webflux.base-path=/app", "spring.mvc.servlet.path=/mvc");
	}

	@Override
	WebApplication newApplication(String... properties) {
		return WebApplication
			.start(WebApplication.reactive(Application.class, "org.apache.catalina", "org.eclipse.jetty"), properties);
	}

	@Test
	void callsThatWaitHoldNoThread() {
		Permit permit = enter();
		CompletableFuture<?>[] waiting = new CompletableFuture<?>[50];
		for (int i = 0; i < waiting.length; i++) {
			waiting[i] = application().sendAsync("POST", PATH + "?wait=20s");
		}
		application().awaitStage(Stage.BLOCKING);
		assertThat(call("GET", PATH).statusCode()).isEqualTo(200);
		permit.close();
		CompletableFuture.allOf(waiting).join();
	}

	@Test
	void theRefusedAreSeenInTheMetrics() {
		call("POST", PATH + "?wait=20s");
		assertThat(call("GET", "/hello").statusCode()).isEqualTo(503);
		Awaitility.await() // the observation ends after the client has its response
			.until(() -> call("GET", "/actuator/metrics/http.server.requests?tag=status:503").statusCode() == 200);
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
