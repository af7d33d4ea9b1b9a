package io.github.gracefulshutdown.autoconfigure;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.concurrent.TimeUnit;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.search.MeterNotFoundException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.web.bind.annotation.CrossOrigin;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.cors.CorsConfiguration;

import static org.assertj.core.api.Assertions.assertThat;

/** What scripts of other origins see of a refusal, in whichever kind of application. */
public abstract class CrossOriginContract {

	protected static final String ORIGIN = "https://shop.example";

	private static final String STRANGER = "https://stranger.example";

	private WebApplication application = start();

	/**
	 * Starts an application that allows {@link #ORIGIN} to read {@code /configured}, with
	 * a configurer, and {@code /source}, with a bean.
	 */
	protected abstract WebApplication start(String... properties);

	/** Starts an application with a filter that allows it to read everything. */
	protected abstract WebApplication startWithFilter();

	@BeforeEach
	void drain() throws Exception {
		this.application.sequence().drain().get(10, TimeUnit.SECONDS);
	}

	@AfterEach
	void close() {
		this.application.close();
	}

	@Test
	void aScriptThatMayReadTheAnswerCanReadThatItWasRefused() {
		for (String path : new String[] { "/configured", "/annotated", "/source" }) {
			HttpResponse<String> response = send("GET", path, "Origin", ORIGIN);
			assertThatIsRefused(response);
			assertThat(response.headers().firstValue("Access-Control-Allow-Origin")).as(path).hasValue(ORIGIN);
		}
		assertThat(send("GET", "/source", "Origin", ORIGIN).headers().firstValue("Access-Control-Allow-Credentials"))
			.hasValue("true");
	}

	@Test
	void aBrowserThatAsksFirstIsAnswered() {
		for (String path : new String[] { "/configured", "/annotated", "/source" }) {
			HttpResponse<String> response = send("OPTIONS", path, "Origin", ORIGIN, "Access-Control-Request-Method",
					"PUT", "Access-Control-Request-Headers", "X-Any");
			assertThat(response.statusCode()).as(path).isEqualTo(200);
			assertThat(response.headers().firstValue("Access-Control-Allow-Origin")).hasValue(ORIGIN);
			assertThat(response.headers().firstValue("Access-Control-Allow-Methods").orElseThrow()).contains("PUT");
			assertThat(response.headers().firstValue("Access-Control-Allow-Headers")).hasValue("X-Any");
			assertThat(response.headers().firstValue("Connection")).hasValue("close");
		}
	}

	@Test
	void aScriptThatMayNotReadTheAnswerCannotReadTheRefusal() {
		HttpResponse<String> response = send("GET", "/configured", "Origin", STRANGER);
		assertThatIsRefused(response);
		assertThat(response.headers().firstValue("Access-Control-Allow-Origin")).isEmpty();
		assertThatIsRefused(send("OPTIONS", "/configured", "Origin", STRANGER, "Access-Control-Request-Method", "PUT"));
		assertThat(send("GET", "/plain", "Origin", ORIGIN).headers().firstValue("Access-Control-Allow-Origin"))
			.isEmpty();
	}

	@Test
	void aFilterOfTheUserDecides() throws Exception {
		close();
		this.application = startWithFilter();
		drain();
		HttpResponse<String> response = send("GET", "/any", "Origin", ORIGIN);
		assertThatIsRefused(response);
		assertThat(response.headers().allValues("Access-Control-Allow-Origin")).containsExactly(ORIGIN);
		assertThat(send("OPTIONS", "/any", "Origin", ORIGIN, "Access-Control-Request-Method", "PUT").statusCode())
			.isEqualTo(200);
	}

	@Test
	void whatIsRefusedIsSeenInTheMetrics() {
		send("GET", "/plain");
		MeterRegistry registry = this.application.context().getBean(MeterRegistry.class);
		Awaitility.await()
			.ignoreException(MeterNotFoundException.class)
			.untilAsserted(() -> assertThat(
					registry.get("http.server.requests").tag("status", "503").tag("method", "GET").timer().count())
				.isOne());
	}

	@Test
	void theRefusalCanBeReadWhereResponsesAreCompressed() throws Exception {
		close();
		this.application = start("server.compression.enabled=true",
				"server.compression.mime-types=application/problem+json", "server.compression.min-response-size=1");
		drain();
		assertThatIsRefused(send("GET", "/plain"));
		HttpResponse<String> response = send("GET", "/plain", "Accept-Encoding", "gzip");
		assertThat(response.statusCode()).isEqualTo(503);
		assertThatIsCompressed(response);
		assertThat(response.headers().firstValue("Graceful-Shutdown")).hasValue("rejected");
	}

	protected void assertThatIsCompressed(HttpResponse<String> response) {
		assertThat(response.headers().firstValue("Content-Encoding")).hasValue("gzip");
	}

	private HttpResponse<String> send(String method, String path, String... headers) {
		return this.application.send(method, this.application.port(), path, BodyPublishers.noBody(), headers);
	}

	private static void assertThatIsRefused(HttpResponse<String> response) {
		assertThat(response.statusCode()).isEqualTo(503);
		assertThat(response.headers().firstValue("Graceful-Shutdown")).hasValue("rejected");
		assertThat(response.body()).contains("was not executed");
	}

	protected static CorsConfiguration allowing(String origin) {
		CorsConfiguration configuration = new CorsConfiguration();
		configuration.addAllowedOrigin(origin);
		configuration.addAllowedMethod("*");
		configuration.addAllowedHeader("*");
		configuration.setAllowCredentials(true);
		return configuration;
	}

	@RestController
	public static class Controller {

		@GetMapping("/annotated")
		@CrossOrigin(ORIGIN)
		String annotated() {
			return "";
		}

		@PutMapping("/annotated")
		@CrossOrigin(ORIGIN)
		String put() {
			return "";
		}

		@GetMapping({ "/configured", "/plain", "/source" })
		String get() {
			return "";
		}

	}

}
