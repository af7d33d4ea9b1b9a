package io.github.gracefulshutdown.autoconfigure;

import java.net.http.HttpRequest.BodyPublishers;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import org.springframework.boot.test.system.CapturedOutput;

/** Tests of health checks over HTTP. */
public abstract class HttpHealthChecksContract extends HealthChecksContract {

	protected abstract WebApplication start(String... properties);

	private WebApplication startWith(String... properties) {
		return start(Stream.of(PROPERTIES, properties).flatMap(Stream::of).toArray(String[]::new));
	}

	@Test
	void whoPollsTheHealthIsWaitedFor(CapturedOutput output) throws Exception {
		try (WebApplication application = startWith()) {
			assertThatProberIsWaitedFor(application.sequence(), "GET /actuator/health",
					() -> isWell(application, application.port(), "/actuator/health"), output);
		}
	}

	@Test
	void whoPollsTheReadinessOnThePortOfTheActuatorIsWaitedFor(CapturedOutput output) throws Exception {
		try (WebApplication application = startWith("management.server.port=0",
				"management.endpoint.health.probes.enabled=true")) {
			assertThatProberIsWaitedFor(application.sequence(), "GET /actuator/health/readiness",
					() -> isWell(application, application.managementPort(), "/actuator/health/readiness"), output);
		}
	}

	@Test
	void whoPollsTheAdditionalPathIsWaitedFor(CapturedOutput output) throws Exception {
		try (WebApplication application = startWith("management.endpoint.health.probes.enabled=true")) {
			assertThatProberIsWaitedFor(application.sequence(), "GET /readyz",
					() -> isWell(application, application.port(), "/readyz"), output);
		}
	}

	@Test
	void whoPollsTheLivenessIsNotWaitedFor(CapturedOutput output) throws Exception {
		try (WebApplication application = startWith("management.endpoint.health.probes.enabled=true")) {
			assertThatNobodyIsWaitedFor(application.sequence(),
					() -> isWell(application, application.port(), "/actuator/health/liveness")
							&& isWell(application, application.port(), "/livez")
							&& isWell(application, application.port(), "/actuator/drain"),
					output);
		}
	}

	private static boolean isWell(WebApplication application, int port, String path) {
		return application.send("GET", port, path, BodyPublishers.noBody()).statusCode() == 200;
	}

}
